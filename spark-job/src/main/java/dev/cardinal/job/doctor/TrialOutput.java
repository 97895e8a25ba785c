package dev.cardinal.job.doctor;

import dev.cardinal.job.doctor.Check.Name;
import dev.cardinal.job.doctor.Diagnosis.Written;
import dev.cardinal.job.label.ScratchTable;
import dev.cardinal.job.source.ImageSource;
import dev.cardinal.job.source.SourceSpec;
import dev.cardinal.udf.fs.UserPaths;
import dev.cardinal.udf.options.PredictionSchema;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * Writes the rows of a measurement: below the output that the user gave; in a local run without one, to this machine's disk;
 * otherwise nowhere. Closing it removes what was written. Lives on the driver; not thread-safe.
 */
final class TrialOutput implements AutoCloseable {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final StructType TABLE = PredictionSchema.table(Set.of(), List.of());

    private static final Duration LIMIT = Duration.ofMinutes(5);

    private final DoctorContext context;
    private final Written written;
    private final @Nullable ScratchTable table;

    private TrialOutput(DoctorContext context, Written written, @Nullable ScratchTable table) {
        this.context = context;
        this.written = written;
        this.table = table;
    }

    /**
     * Opens the output.
     *
     * @throws dev.cardinal.zoo.CardinalException if the output is not a path, or contains something other than a predictions table
     * @throws IOException if the output cannot be written to
     */
    static TrialOutput of(DoctorContext context, Optional<String> output) throws IOException {
        if (output.isEmpty() && !context.sparkContext().isLocal()) {
            return new TrialOutput(context, Written.NOWHERE, null);
        }
        String directory = output.orElseGet(() -> java.nio.file.Path.of(
                        System.getProperty("java.io.tmpdir"), "cardinal-doctor-" + UUID.randomUUID())
                .toUri()
                .toString());
        return new TrialOutput(
                context,
                output.isPresent() ? Written.OUTPUT : Written.LOCAL_DISK,
                ScratchTable.below(directory, context.hadoop(), context.clock()));
    }

    /**
     * Writes a row from every task that can run at the same time, and removes the rows.
     *
     * @param slots tasks that run at the same time
     * @return seconds that writing took, 0 if it failed or no output was given
     */
    static double check(DoctorContext context, int slots) {
        if (context.request().output().isEmpty()) {
            return 0;
        }
        String output = context.request().output().get();
        context.progress().step("writing to the output");
        Optional<Double> seconds = context.attempt(
                Name.OUTPUT,
                "use an --output that this user and the executors can write to",
                "writing to the output",
                LIMIT,
                () -> {
                    if (context.request().source().isPresent()) {
                        requireOutside(context, context.request().source().get(), output);
                    }
                    try (TrialOutput trial = of(context, Optional.of(output))) {
                        return trial.writeRows(slots);
                    }
                });
        seconds.ifPresent(any -> context.checks()
                .add(Check.pass(
                        Name.OUTPUT,
                        "all executors can write to " + UserPaths.withoutCredentials(output)
                                + "; the trial files were removed")));
        return seconds.orElse(0.0);
    }

    private static void requireOutside(DoctorContext context, SourceSpec spec, String output) throws IOException {
        Path directory = UserPaths.of("output", output);
        Path qualified = directory.getFileSystem(context.hadoop()).makeQualified(directory);
        ImageSource source = new ImageSource(spec, context.hadoop());
        for (String input : spec.inputs()) {
            if (covers(source, input, qualified)) {
                throw CardinalException.output("output " + UserPaths.withoutCredentials(output) + " is inside input "
                        + UserPaths.withoutCredentials(input) + " and would be read as images");
            }
        }
    }

    /** Returns false for an input that cannot be read: the check of the input reports it. */
    private static boolean covers(ImageSource source, String input, Path directory) {
        try {
            return source.covers(input, directory);
        } catch (IOException | CardinalException e) {
            return false;
        }
    }

    Written written() {
        return written;
    }

    void append(Dataset<Row> rows) throws IOException {
        if (table == null) {
            rows.write().format("noop").mode(SaveMode.Overwrite).save();
        } else {
            table.append(rows);
        }
    }

    /**
     * Appends one row from each of a number of tasks, so that everything that writes is loaded and tried.
     *
     * @return seconds that it took
     */
    double writeRows(int tasks) throws IOException {
        long start = System.nanoTime();
        List<Row> rows = IntStream.range(0, tasks)
                .mapToObj(task -> RowFactory.create(new Object[TABLE.size()]))
                .toList();
        append(context.spark().createDataFrame(context.javaContext().parallelize(rows, tasks), TABLE));
        return (System.nanoTime() - start) / NANOS_PER_SECOND;
    }

    @Override
    public void close() throws IOException {
        if (table != null) {
            table.close();
        }
    }
}
