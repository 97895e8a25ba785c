package dev.cardinal.job.label;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.cardinal.job.UserPath;
import dev.cardinal.job.WholeFile;
import dev.cardinal.udf.store.StoreFiles;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.ClassLabel;
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
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
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
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private final Configuration configuration;
    private final FileSystem fileSystem;
    private final FileSystem meta;
    private final Path directory;
    private final TableCommitter committer;

    private PredictionTable(Configuration configuration, FileSystem fileSystem, Path directory) throws IOException {
        this.configuration = configuration;
        this.fileSystem = fileSystem;
        // Records and the lock are replaced in place, which a checksum file beside them would not survive a crash of.
        this.meta = StoreFiles.withoutChecksums(fileSystem);
        this.directory = directory;
        this.committer = new TableCommitter(fileSystem, directory);
    }

    /** The table of a directory, which need not exist. */
    public static PredictionTable at(Path directory, Configuration configuration) throws IOException {
        FileSystem fileSystem = directory.getFileSystem(configuration);
        return new PredictionTable(configuration, fileSystem, fileSystem.makeQualified(directory));
    }

    public Path directory() {
        return directory;
    }

    /**
     * Checks that labelling with this model and these options may add to the directory.
     *
     * @param options those that change what a row says, by their long names
     * @throws CardinalException if it holds something other than a predictions table, or one made otherwise, naming the
     *     differences
     */
    void requireCompatible(RunRecord.Model model, Map<String, Object> options) throws IOException {
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
            throw CardinalException.output("output " + directory + " was made differently ("
                    + String.join("; ", differences) + "): name another --output");
        }
    }

    /**
     * Checks that the directory holds a predictions table, or nothing.
     *
     * @throws CardinalException if it holds something else
     */
    void requireOurs() throws IOException {
        if (lastRun().isEmpty()) {
            requireVacant();
        }
    }

    private void requireVacant() throws IOException {
        FileStatus status;
        try {
            status = fileSystem.getFileStatus(directory);
        } catch (FileNotFoundException e) {
            return;
        }
        if (!status.isDirectory()) {
            throw CardinalException.output("output " + directory + " is a file; name a directory");
        }
        for (FileStatus entry : fileSystem.listStatus(directory)) {
            String name = entry.getPath().getName();
            if (!name.equals(META) && !name.startsWith(ScratchTable.PREFIX)) {
                throw CardinalException.output("output " + directory + " already holds something else (" + name
                        + "); name an empty directory");
            }
        }
    }

    /** Takes the right to write, until closed. */
    RunLock lock(Clock clock) throws IOException {
        fileSystem.mkdirs(new Path(directory, META));
        return RunLock.acquire(meta, new Path(directory, META + "/lock"), clock);
    }

    /** Where a run may keep what only it needs, of any size. */
    Path scratch() {
        return new Path(directory, META + "/plan");
    }

    /** Removes what a run has kept there, this one or one that crashed. */
    void removeScratch() throws IOException {
        meta.delete(scratch(), true);
    }

    /** Removes what a crashed run left behind, so that no later commit publishes it. The lock must be held. */
    void removeLeftovers() throws IOException {
        committer.removeLeftovers();
    }

    /** Appends rows in one commit, which is published only if this process still holds the lock. */
    void append(Dataset<Row> rows) {
        committer.append(rows);
    }

    /** The table's Parquet files, by their full paths. */
    Set<String> files() throws IOException {
        try {
            return Arrays.stream(fileSystem.listStatus(
                            directory, path -> path.getName().endsWith(".parquet")))
                    .map(file -> file.getPath().toString())
                    .collect(Collectors.toCollection(TreeSet::new));
        } catch (FileNotFoundException e) {
            return Set.of();
        }
    }

    /** The rows, empty where the table has none yet. */
    public Optional<Dataset<Row>> rows(SparkSession spark) throws IOException {
        return files().isEmpty() ? Optional.empty() : Optional.of(read(spark, List.of(directory.toString())));
    }

    /** Reads Parquet files or directories of them by their paths, which Spark would take for globs. */
    Dataset<Row> read(SparkSession spark, List<String> paths) {
        return spark.read()
                .option("pathGlobFilter", "*.parquet")
                .parquet(paths.stream().map(UserPath::literal).toArray(String[]::new));
    }

    /** Rows by status. */
    Map<String, Long> counts(SparkSession spark) throws IOException {
        Map<String, Long> counts = new TreeMap<>();
        rows(spark).ifPresent(rows -> rows.groupBy("status")
                .count()
                .collectAsList()
                .forEach(row -> counts.put(row.getString(0), row.getLong(1))));
        return counts;
    }

    /** The record of the last run that did anything. */
    Optional<RunRecord> lastRun() throws IOException {
        Path file = new Path(directory, META + "/" + RUN_FILE);
        try (InputStream in = meta.open(file)) {
            RunRecord run = MAPPER.readValue(in, RunRecord.class);
            if (run == null || !run.isWhole()) {
                throw CardinalException.output(file + " is no record of a run: parts are missing");
            }
            return Optional.of(run);
        } catch (FileNotFoundException e) {
            return Optional.empty();
        } catch (JsonProcessingException e) {
            throw CardinalException.output(file + " is no record of a run: " + e.getOriginalMessage());
        }
    }

    /**
     * Where the rows come from.
     *
     * @throws CardinalException if the directory holds no predictions table
     */
    public Origin origin() throws IOException {
        RunRecord run = lastRun()
                .orElseThrow(() -> CardinalException.input(
                        "predictions " + directory + " are no predictions table: it has no " + META + "/" + RUN_FILE));
        Map<String, Object> options = run.options();
        RunRecord.Measured speed = run.speed();
        return new Origin(
                run.model().id(),
                run.model().classes(),
                options.get("top-k") instanceof Number number ? number.intValue() : 0,
                Set.copyOf(Arrays.asList(text(options.get("emit")).split(",", -1))),
                options.get("precision") instanceof String precision ? precision : "fp32",
                run.macs(),
                speed == null ? null : speed.imagesPerSecond());
    }

    private static String text(@Nullable Object value) {
        return value == null ? "" : value.toString();
    }

    /**
     * Where a table's rows come from.
     *
     * @param modelId value of their {@code model} column
     * @param classes the model's classes, in the order of its outputs
     * @param topK predictions stored for an image, at most
     * @param emitted columns beyond the usual ones: {@code logits}, {@code features}
     * @param precision what the model was asked to calculate in, such as {@code fp32}
     * @param macs multiply-accumulate operations for an image, null where the architecture is not known
     * @param imagesPerSecond of the last run that labelled something and ended as it should, null where there was none
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

    /** Records a run as the last one that did anything. */
    void recordLast(RunRecord run) throws IOException {
        write(RUN_FILE, MAPPER.writeValueAsBytes(run));
    }

    /** Records a run under its time. */
    void recordRun(RunRecord run) throws IOException {
        write("runs/" + run.started().replace(":", "") + ".json", MAPPER.writeValueAsBytes(run));
    }

    private void write(String name, byte[] content) throws IOException {
        WholeFile.write(new Path(directory, META + "/" + name), content, configuration);
    }
}
