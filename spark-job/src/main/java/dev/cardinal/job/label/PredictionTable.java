package dev.cardinal.job.label;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.cardinal.job.common.AtomicFiles;
import dev.cardinal.job.common.JsonMappers;
import dev.cardinal.job.common.OutputDirectory;
import dev.cardinal.job.table.TableName;
import dev.cardinal.udf.fs.FileSystems;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.card.ClassLabel;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/**
 * A predictions table: a flat directory of Parquet files, with {@code _cardinal/} for its records and its lock.
 *
 * <p>Files of rows appear whole, with their commit. Lives on the driver; not thread-safe.
 */
public final class PredictionTable {
    private static final String META = "_cardinal";
    private static final String RUN_FILE = "run.json";

    private final Configuration configuration;
    private final FileSystem fileSystem;
    private final FileSystem meta;
    private final Path directory;
    private final ParquetRowStore files;
    private final RowStore store;

    private PredictionTable(Configuration configuration, FileSystem fileSystem, Path directory) throws IOException {
        this.configuration = configuration;
        this.fileSystem = fileSystem;
        // Records and the lock are replaced in place; a crash between file and checksum file would make them
        // unreadable.
        this.meta = FileSystems.withoutChecksums(fileSystem);
        this.directory = directory;
        this.files = new ParquetRowStore(directory, configuration);
        this.store = files;
    }

    private PredictionTable(PredictionTable records, RowStore store) {
        this.configuration = records.configuration;
        this.fileSystem = records.fileSystem;
        this.meta = records.meta;
        this.directory = records.directory;
        this.files = records.files;
        this.store = store;
    }

    /** Returns the table of a directory, which need not exist. */
    public static PredictionTable at(Path directory, Configuration configuration) throws IOException {
        FileSystem fileSystem = directory.getFileSystem(configuration);
        return new PredictionTable(configuration, fileSystem, fileSystem.makeQualified(directory));
    }

    public Path directory() {
        return directory;
    }

    /** Returns a table with its records and its lock in this directory, and its rows elsewhere. */
    PredictionTable withRowsIn(RowStore elsewhere) {
        return new PredictionTable(this, elsewhere);
    }

    /**
     * Checks that the records in the directory, if there are any, are those of an output.
     *
     * @param output the output of the run: this directory, or a table of a catalog
     * @throws CardinalException if they are those of another output
     */
    void requireRecordsOf(String output) throws IOException {
        Object recorded = lastRun().map(run -> run.options().get("output")).orElse(null);
        if (recorded instanceof String other
                && (TableName.isTable(other) || TableName.isTable(output))
                && !other.equals(output)) {
            throw CardinalException.output(
                    directory + " has the run records of " + other + ", not of " + output + ": name another directory");
        }
    }

    /**
     * Checks that a run with this model and these options may append to the directory.
     *
     * @param options options that change the content of rows, by their long names
     * @throws CardinalException if the directory holds something other than a predictions table, or a table with another model or
     *     other options; the message names the differences
     */
    void requireCompatible(RunRecord.RecordedModel model, Map<String, Object> options) throws IOException {
        requireOurs();
        Optional<RunRecord> earlier = lastRun();
        if (earlier.isEmpty()) {
            return;
        }
        RunRecord run = earlier.get();
        List<String> differences = new ArrayList<>();
        if (!run.model().fingerprint().equals(model.fingerprint())
                || !run.model().id().equals(model.id())) {
            differences.add("model " + run.model().id() + " there, " + model.id() + " now");
        }
        options.forEach((name, value) -> {
            Object before = RecordedOptions.earlier(run.options(), name, value);
            if (!String.valueOf(before).equals(String.valueOf(value))) {
                differences.add("--" + name + " " + before + " there, " + value + " now");
            }
        });
        if (!differences.isEmpty()) {
            throw CardinalException.output("output " + directory + " was made with another model or other options ("
                    + String.join("; ", differences) + "): name another --output");
        }
    }

    /**
     * Checks that the directory holds a predictions table, or nothing, and may be written to.
     *
     * @throws CardinalException if it holds something else, or may not be written to
     */
    void requireOurs() throws IOException {
        if (lastRun().isEmpty()) {
            OutputDirectory.requireOnly(
                    fileSystem, directory, name -> name.equals(META) || name.startsWith(ScratchTable.PREFIX));
        } else {
            OutputDirectory.requireWritable(fileSystem, directory);
        }
    }

    /** Acquires the exclusive right to write, held until closed. */
    RunLock lock(Clock clock) throws IOException {
        fileSystem.mkdirs(new Path(directory, META));
        return RunLock.acquire(meta, new Path(directory, META + "/lock"), clock);
    }

    /** Returns a directory for temporary data of a run, of any size. */
    Path scratch() {
        return new Path(directory, META + "/plan");
    }

    /** Removes the temporary data of this run or of one that crashed. */
    void removeScratch() throws IOException {
        meta.delete(scratch(), true);
    }

    /** Returns the place of the rows. */
    RowStore store() {
        return store;
    }

    /** Appends rows in one commit, in a file for each of their partitions. */
    void append(Dataset<Row> rows, RunLock lock) throws IOException {
        files.appendAsIs(rows, lock);
    }

    /** Returns the full paths of the table's Parquet files. */
    Set<String> files() throws IOException {
        return files.files().stream()
                .map(file -> file.getPath().toString())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Returns the rows, empty if the table has none. */
    public Optional<Dataset<Row>> rows(SparkSession spark) throws IOException {
        return store.rows(spark);
    }

    /** Reads the rows with the settings of a reader. */
    Dataset<Row> read(DataFrameReader reader) throws IOException {
        return files.read(reader);
    }

    /** Returns the record of the last run that changed anything. */
    Optional<RunRecord> lastRun() throws IOException {
        Path file = new Path(directory, META + "/" + RUN_FILE);
        try (InputStream in = meta.open(file)) {
            RunRecord run = JsonMappers.RECORDS.readValue(in, RunRecord.class);
            if (run == null || !run.isWhole()) {
                throw CardinalException.output(file + " is not the record of a run: fields are missing");
            }
            return Optional.of(run);
        } catch (FileNotFoundException e) {
            return Optional.empty();
        } catch (JsonProcessingException e) {
            throw CardinalException.output(file + " is not the record of a run: " + e.getOriginalMessage());
        }
    }

    /**
     * Returns the origin of the rows.
     *
     * @throws CardinalException if the directory does not hold a predictions table
     */
    public Origin origin() throws IOException {
        RunRecord run = lastRun()
                .orElseThrow(() -> CardinalException.input("predictions " + directory
                        + " is not a predictions table: it has no " + META + "/" + RUN_FILE));
        Map<String, Object> options = run.options();
        RunRecord.Measured speed = run.speed();
        return new Origin(
                run.model().id(),
                run.model().classes(),
                options.get("top-k") instanceof Number number ? number.intValue() : 0,
                Set.copyOf(Arrays.asList(text(options.get("emit")).split(",", -1))),
                options.get("precision") instanceof String precision ? precision : "fp32",
                run.performance().macs(),
                speed == null ? null : speed.imagesPerSecond());
    }

    private static String text(@Nullable Object value) {
        return value == null ? "" : value.toString();
    }

    /**
     * Origin of a table's rows.
     *
     * @param modelId value of their {@code model} column
     * @param classes the model's classes, in the order of its outputs
     * @param topK maximum number of predictions stored for an image
     * @param emitted optional columns: {@code logits}, {@code features}
     * @param precision requested precision of the model, such as {@code fp32}
     * @param macs multiply-accumulate operations per image, null if the architecture is unknown
     * @param imagesPerSecond of the last run that labeled something and ended normally, null if there is none
     */
    public record Origin(
            String modelId,
            List<ClassLabel> classes,
            int topK,
            Set<String> emitted,
            String precision,
            @Nullable Long macs,
            @Nullable Double imagesPerSecond) {
        public Origin {
            classes = List.copyOf(classes);
            emitted = Set.copyOf(emitted);
        }
    }

    /** Records a run as the last one that changed anything. */
    void recordLast(RunRecord run) throws IOException {
        write(RUN_FILE, JsonMappers.RECORDS.writeValueAsBytes(run));
    }

    /** Records a run under its start time. */
    void recordRun(RunRecord run) throws IOException {
        write("runs/" + run.state().started().replace(":", "") + ".json", JsonMappers.RECORDS.writeValueAsBytes(run));
    }

    private void write(String name, byte[] content) throws IOException {
        AtomicFiles.write(new Path(directory, META + "/" + name), content, configuration);
    }
}
