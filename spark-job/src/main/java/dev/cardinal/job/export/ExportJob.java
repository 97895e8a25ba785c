package dev.cardinal.job.export;

import dev.cardinal.job.common.JobNames;
import dev.cardinal.job.common.OutputDirectory;
import dev.cardinal.job.common.ProblemCollector;
import dev.cardinal.job.export.ExportOptions.SoftLabels;
import dev.cardinal.job.label.Predictions;
import dev.cardinal.job.label.RunLock;
import dev.cardinal.udf.fs.FileSystems;
import dev.cardinal.udf.fs.UserPaths;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.PublicApi;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Exports a selection as shards of training samples. Each shard is a task that reads its images where they are, in a shuffled order, and
 * appends them to one file. A run that died is continued: shards that it completed are kept. Lives on the driver; not thread-safe.
 */
@PublicApi
public final class ExportJob {
    private final SparkSession spark;
    private final Clock clock;
    private final Consumer<String> progress;

    /** Creates a job that does not report its progress. */
    public ExportJob(SparkSession spark) {
        this(spark, Clock.systemUTC(), step -> {});
    }

    /**
     * Creates a job.
     *
     * @param progress receives the name of each step when it begins
     */
    public ExportJob(SparkSession spark, Clock clock, Consumer<String> progress) {
        this.spark = spark;
        this.clock = clock;
        this.progress = progress;
    }

    /**
     * Checks a request without Spark.
     *
     * @return all problems; empty if the request can run
     * @throws IOException if a file system fails
     */
    public static List<String> problems(ExportRequest request, Configuration configuration) throws IOException {
        ProblemCollector problems = new ProblemCollector();
        problems.check(() -> {
            SelectionTables selection = SelectionTables.open(request.selection(), configuration);
            teacher(request, selection, configuration);
        });
        problems.check(() -> requireVacant(layout(request, configuration), configuration));
        return problems.problems();
    }

    private static ExportLayout layout(ExportRequest request, Configuration configuration) throws IOException {
        Path path = UserPaths.of("output", request.output());
        Path directory = FileSystems.fileSystem(path, configuration).makeQualified(path);
        return new ExportLayout(directory.toString(), request.options().format());
    }

    private static void requireVacant(ExportLayout layout, Configuration configuration) throws IOException {
        FileSystem fileSystem = FileSystems.fileSystem(layout.root(), configuration);
        List<String> names = OutputDirectory.entries(fileSystem, layout.root()).stream()
                .map(entry -> entry.getPath().getName())
                .toList();
        boolean isOfAnExport = names.contains(ExportLayout.CARDINAL);
        for (String name : names) {
            if (!isOfAnExport || !layout.isOwn(name)) {
                throw OutputDirectory.occupied(layout.root(), name);
            }
        }
    }

    /** Returns the predictions for soft labels; empty if there are no soft labels. */
    static Optional<Predictions> teacher(ExportRequest request, SelectionTables selection, Configuration configuration)
            throws IOException {
        SoftLabels softLabels = request.options().samples().softLabels();
        if (softLabels == SoftLabels.NONE) {
            return Optional.empty();
        }
        List<List<String>> teachers =
                request.predictions().map(table -> List.of(List.of(table))).orElse(selection.predictions());
        if (teachers.size() != 1) {
            throw CardinalException.usage("--soft-labels needs one teacher, but the selection has " + teachers.size()
                    + "; name the predictions of one with --predictions");
        }
        Predictions predictions =
                Predictions.open(teachers.get(0), selection.labelsFile().orElse(null), configuration);
        if (!predictions.isExternal()) {
            requireLogits(softLabels, predictions);
        }
        return Optional.of(predictions);
    }

    /** Checks predictions whose columns are known. */
    static void requireLogits(SoftLabels softLabels, Predictions predictions) {
        if (softLabels == SoftLabels.LOGITS && !predictions.origin().emitted().contains(Predictions.LOGITS)) {
            throw CardinalException.input("--soft-labels logits: predictions "
                    + String.join(", ", predictions.directories())
                    + " have no logits; label with --emit logits, or use --soft-labels top-k");
        }
    }

    /**
     * Exports.
     *
     * @throws CardinalException if the selection or the output cannot be used
     * @throws IOException if a file system fails
     */
    public ExportResult run(ExportRequest request) throws IOException {
        Configuration configuration = spark.sparkContext().hadoopConfiguration();
        ProblemCollector.throwIfAny(problems(request, configuration));
        ExportLayout layout = layout(request, configuration);
        FileSystem fileSystem = FileSystems.fileSystem(layout.root(), configuration);
        JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        Broadcast<SerializableConfiguration> shared = context.broadcast(new SerializableConfiguration(configuration));
        fileSystem.mkdirs(layout.records());
        try (JobNames names = JobNames.of(spark.sparkContext(), "export", progress);
                RunLock lock =
                        RunLock.acquire(fileSystem, new Path(layout.root(), ExportLayout.CARDINAL + "/lock"), clock)) {
            return new ExportRun(spark, request, layout, fileSystem, context, shared, names, lock).run();
        } finally {
            shared.destroy();
        }
    }
}
