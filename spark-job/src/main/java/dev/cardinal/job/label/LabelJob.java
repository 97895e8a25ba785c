package dev.cardinal.job.label;

import static java.util.Objects.requireNonNull;

import dev.cardinal.job.UserPath;
import dev.cardinal.job.source.FoundImages;
import dev.cardinal.job.source.ImageSource;
import dev.cardinal.udf.BroadcastFiles;
import dev.cardinal.udf.EngineCheck;
import dev.cardinal.udf.ImageRef;
import dev.cardinal.udf.LabelMetrics;
import dev.cardinal.udf.LabelOptions;
import dev.cardinal.udf.LabelPartition;
import dev.cardinal.udf.ModelFiles;
import dev.cardinal.udf.ModelSpec;
import dev.cardinal.udf.PredictionSchema;
import dev.cardinal.udf.RecordFields;
import dev.cardinal.udf.SharedFiles;
import dev.cardinal.udf.bundle.ModelStore;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.serving.ServedModel;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;
import org.jspecify.annotations.Nullable;

/**
 * Labels images: lists the inputs, leaves out what the table holds, and appends one row for every other image, in commits.
 *
 * <p>A run that dies loses the commit in flight and nothing else; the next run goes on from there. Lives on the driver; not
 * thread-safe.
 */
public final class LabelJob {
    private final SparkSession spark;
    private final Clock clock;
    private final LabelProgress progress;

    public LabelJob(SparkSession spark, Clock clock, LabelProgress progress) {
        this.spark = spark;
        this.clock = clock;
        this.progress = progress;
    }

    /**
     * What is wrong with a request, as far as it shows without Spark: the model, the inputs, the output.
     *
     * @return every problem, none where the request can run
     * @throws IOException if a file system fails
     */
    public static List<String> problems(LabelRequest request, Configuration configuration) throws IOException {
        return examine(request, configuration).problems();
    }

    /**
     * A request, looked at.
     *
     * @param problems what is wrong with it
     * @param source where its images are
     * @param fields what is read of records and tables; null only where there are problems
     * @param model its model; null only where there are problems
     */
    private record Examined(
            List<String> problems,
            ImageSource source,
            @Nullable RecordFields fields,
            @Nullable ServedModel model) {}

    private static Examined examine(LabelRequest request, Configuration configuration) throws IOException {
        List<String> problems = new ArrayList<>();
        ImageSource source = new ImageSource(request.source(), configuration);
        for (String input : request.source().inputs()) {
            collect(problems, () -> source.require(input));
        }
        collect(problems, source::requireGlob);
        AtomicReference<RecordFields> fields = new AtomicReference<>();
        if (problems.isEmpty()) {
            collect(problems, () -> fields.set(source.recordFields()));
        }
        AtomicReference<ServedModel> model = new AtomicReference<>();
        collect(problems, () -> model.set(model(request, configuration)));
        if (request.output().isPresent()) {
            collect(problems, () -> {
                PredictionTable table = PredictionTable.at(
                        UserPath.of("output", request.output().get()), configuration);
                requireOutside(request, table, source);
                table.requireOurs();
                if (model.get() != null) {
                    table.requireCompatible(modelOf(request, model.get()), RecordedOptions.changingRows(request));
                }
            });
        }
        return new Examined(problems, source, fields.get(), model.get());
    }

    private interface Check {
        void run() throws IOException;
    }

    private static void collect(List<String> problems, Check check) throws IOException {
        try {
            check.run();
        } catch (CardinalException e) {
            if (!problems.contains(e.getMessage())) {
                problems.add(e.getMessage());
            }
        }
    }

    /** A table below an input would be labelled itself by the next run. */
    private static void requireOutside(LabelRequest request, PredictionTable table, ImageSource source)
            throws IOException {
        for (String input : request.source().inputs()) {
            if (source.covers(input, table.directory())) {
                throw CardinalException.output("output " + table.directory() + " lies in input " + input
                        + " and would be read as images; name a directory outside of it");
            }
        }
    }

    /**
     * Labels what is not labelled yet.
     *
     * @throws CardinalException if the request cannot run, or another run writes to the output
     * @throws IOException if a file system fails
     */
    public LabelResult run(LabelRequest request) throws IOException {
        try (NamedSteps steps = new NamedSteps(spark.sparkContext(), progress)) {
            return run(request, steps);
        }
    }

    private LabelResult run(LabelRequest request, LabelProgress steps) throws IOException {
        JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        List<String> engineProblems = EngineCheck.problems(request.options().engine(), context.getConf());
        if (!engineProblems.isEmpty()) {
            throw CardinalException.usage(engineProblems);
        }
        Configuration configuration = context.hadoopConfiguration();
        Examined examined = examine(request, configuration);
        if (!examined.problems().isEmpty()) {
            throw CardinalException.usage(examined.problems());
        }
        ImageSource source = examined.source();
        ServedModel model = requireNonNull(examined.model());
        LabelOptions options = request.options().withFields(requireNonNull(examined.fields()));
        Path modelDirectory = UserPath.of("model", request.model());
        LabelMetrics metrics = LabelMetrics.register(spark.sparkContext());
        Broadcast<SerializableConfiguration> shared = broadcast(configuration);
        steps.step("reading the model");
        ModelFiles files =
                switch (options.engine().distribution()) {
                    case BROADCAST ->
                        BroadcastFiles.of(
                                context,
                                modelDirectory.getFileSystem(configuration),
                                modelDirectory,
                                model.fingerprint());
                    case SHARED -> SharedFiles.of(modelDirectory, model.fingerprint(), shared);
                };
        steps.step("listing images");
        try (FoundImages found = source.find(spark, options.fields(), shared)) {
            LabelPartition function = new LabelPartition(new ModelSpec(model, files), options, metrics, shared);
            LabelRun run =
                    new LabelRun(spark.sparkContext(), request, modelOf(request, model), model.macs(), metrics, clock);
            if (request.output().isPresent()) {
                PredictionTable table = PredictionTable.at(
                        UserPath.of("output", request.output().get()), configuration);
                return new TableWriter(spark, table, steps, clock, tasks -> rows(tasks, options, function))
                        .write(run, found);
            }
            return collect(run, found, steps, tasks -> rows(tasks, options, function));
        } finally {
            steps.finished();
            files.destroy();
        }
    }

    /** Labels a few images and hands their rows back. */
    private LabelResult collect(LabelRun run, FoundImages found, LabelProgress steps, TableWriter.Labeller labeller) {
        LabelRequest request = run.request();
        WorkPlan plan = WorkPlan.of(found, Optional.empty(), request.limit());
        if (plan.counts().remaining() > LabelRequest.MAX_IMAGES_WITHOUT_OUTPUT) {
            throw CardinalException.usage(
                    plan.counts().remaining() + " images are too many to print; name an --output, or --limit them to "
                            + LabelRequest.MAX_IMAGES_WITHOUT_OUTPUT);
        }
        steps.labelling(plan.counts().remaining(), run::imagesSoFar);
        run.started();
        List<ImageRef> images = plan.images();
        PartitionPlan tasks = PartitionPlan.of(images, spark.sparkContext().defaultParallelism());
        List<Row> rows =
                images.isEmpty() ? List.of() : sortedByPath(labeller.rows(tasks).collectAsList());
        run.ended();
        return run.result(StatusSummary.of(rows), plan.counts(), 0, rows);
    }

    private static List<Row> sortedByPath(List<Row> rows) {
        return rows.stream()
                .sorted(Comparator.comparing(row -> row.<String>getAs("path")))
                .toList();
    }

    private Dataset<Row> rows(PartitionPlan plan, LabelOptions options, LabelPartition function) {
        JavaRDD<Row> rows = JavaSparkContext.fromSparkContext(spark.sparkContext())
                .parallelize(plan.tasks(), plan.tasks().size())
                .flatMap(List::iterator)
                .mapPartitions(function);
        return spark.createDataFrame(
                rows, PredictionSchema.table(options.emit(), options.fields().keep()));
    }

    private Broadcast<SerializableConfiguration> broadcast(Configuration configuration) {
        return JavaSparkContext.fromSparkContext(spark.sparkContext())
                .broadcast(new SerializableConfiguration(configuration));
    }

    private static ServedModel model(LabelRequest request, Configuration configuration) throws IOException {
        return new ModelStore(configuration)
                .read(
                        UserPath.of("model", request.model()),
                        request.card(),
                        request.options().emit());
    }

    private static RunRecord.Model modelOf(LabelRequest request, ServedModel model) {
        return new RunRecord.Model(
                model.modelId(),
                model.cardId(),
                model.fingerprint(),
                UserPath.withoutCredentials(request.model()),
                model.labels());
    }
}
