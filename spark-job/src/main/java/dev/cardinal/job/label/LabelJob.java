package dev.cardinal.job.label;

import dev.cardinal.job.common.ProblemCollector;
import dev.cardinal.job.source.ImageListing;
import dev.cardinal.job.table.CatalogTable;
import dev.cardinal.job.table.TableName;
import dev.cardinal.udf.bundle.BroadcastBundle;
import dev.cardinal.udf.bundle.BundleSource;
import dev.cardinal.udf.bundle.SharedBundle;
import dev.cardinal.udf.device.DevicePreflight;
import dev.cardinal.udf.fetch.ImageRef;
import dev.cardinal.udf.metrics.LabelMetrics;
import dev.cardinal.udf.model.ModelSpec;
import dev.cardinal.udf.options.LabelOptions;
import dev.cardinal.udf.options.PredictionSchema;
import dev.cardinal.udf.pipeline.LabelPartition;
import dev.cardinal.udf.task.PackedValues;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.PublicApi;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Labels images: lists the inputs, skips images that have a row in the table, and appends one row for every other image, in
 * commits.
 *
 * <p>If a run dies, only the commit in progress is lost; the next run continues from there. Lives on the driver; not
 * thread-safe.
 */
@PublicApi
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
     * Checks a request as far as possible without Spark: the model, the inputs, the output.
     *
     * @throws IOException if a file system fails
     */
    public static LabelRequestCheck check(LabelRequest request, Configuration configuration) throws IOException {
        return LabelRequestCheck.of(request, configuration);
    }

    /**
     * Returns what is wrong with a request, as far as it can be checked without Spark: the model, the inputs, the output.
     *
     * @return every problem, empty if the request can run
     * @throws IOException if a file system fails
     */
    public static List<String> problems(LabelRequest request, Configuration configuration) throws IOException {
        return check(request, configuration).problems();
    }

    /**
     * Checks requests that are labeled in one pass over their images: several models, each with an output of its own.
     *
     * @param requests at least one; they may differ only in the model, the card, the output and the state
     * @throws IOException if a file system fails
     * @throws IllegalArgumentException if they differ in more, or if one of several has no output
     */
    public static LabelPass check(List<LabelRequest> requests, Configuration configuration) throws IOException {
        return LabelPass.of(requests, configuration);
    }

    /**
     * Checks a request, and labels the images that have no row yet.
     *
     * @throws CardinalException if the request cannot run, or another run writes to the output
     * @throws IOException if a file system fails
     */
    public LabelResult run(LabelRequest request) throws IOException {
        return run(check(request, spark.sparkContext().hadoopConfiguration()));
    }

    /**
     * Labels the images that have no row yet, without checking the request again.
     *
     * @throws CardinalException if the request cannot run, or another run writes to the output
     * @throws IOException if a file system fails
     */
    public LabelResult run(LabelRequestCheck checked) throws IOException {
        return run(LabelPass.of(checked)).get(0);
    }

    /**
     * Labels the images that have no row yet in some of the outputs: images are listed once, and read and decoded once for all models
     * that need them. Every output gets the rows of a run of its own.
     *
     * @return a result for each request
     * @throws CardinalException if the requests cannot run, or another run writes to one of the outputs
     * @throws IOException if a file system fails
     */
    public List<LabelResult> run(LabelPass pass) throws IOException {
        try (DescribedProgress steps = new DescribedProgress(spark.sparkContext(), progress)) {
            return run(pass, steps);
        }
    }

    private List<LabelResult> run(LabelPass pass, LabelProgress steps) throws IOException {
        LabelRequestCheck first = pass.checks().get(0);
        LabelRequest request = first.request();
        JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        ProblemCollector.throwIfAny(DevicePreflight.problems(request.options().execution(), context.getConf()));
        ProblemCollector.throwIfAny(pass.problems());
        LabelOptions options = request.options().withFields(first.fields());
        LabelMetrics metrics = LabelMetrics.register(spark.sparkContext());
        Broadcast<SerializableConfiguration> shared = broadcast(context.hadoopConfiguration());
        List<ModelSpec> models = new ArrayList<>();
        try {
            for (LabelRequestCheck check : pass.checks()) {
                steps.step("reading the model");
                models.add(new ModelSpec(check.model(), files(check, options, shared)));
            }
            first.source().notes().forEach(steps::note);
            steps.step("listing images");
            try (ImageListing found = first.source().find(spark, options.fields(), shared);
                    FirstRowsWatch watch = FirstRowsWatch.start(spark.sparkContext(), steps::note)) {
                TableWriter.Labeler labeler = work -> rows(
                        work,
                        options,
                        tables -> new LabelPartition(
                                tables.stream().map(models::get).toList(), options, metrics, shared),
                        watch.rows());
                if (request.output().isEmpty()) {
                    return List.of(collect(labelRun(first, metrics), found, steps, labeler));
                }
                List<TableRun> tables = new ArrayList<>();
                for (LabelRequestCheck check : pass.checks()) {
                    tables.add(new TableRun(
                            spark, table(check.request(), options, check.model().modelId()), labelRun(check, metrics)));
                }
                return new TableWriter(spark, steps, clock, labeler).write(tables, found);
            }
        } finally {
            steps.finished();
            models.forEach(model -> model.files().destroy());
        }
    }

    private BundleSource files(
            LabelRequestCheck check, LabelOptions options, Broadcast<SerializableConfiguration> shared)
            throws IOException {
        JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        Path directory = check.modelDirectory();
        String fingerprint = check.model().fingerprint();
        return switch (options.execution().distribution()) {
            case BROADCAST ->
                BroadcastBundle.of(
                        context, directory.getFileSystem(context.hadoopConfiguration()), directory, fingerprint);
            case SHARED -> SharedBundle.of(directory, fingerprint, shared);
        };
    }

    private LabelRun labelRun(LabelRequestCheck check, LabelMetrics metrics) {
        return new LabelRun(
                spark.sparkContext(),
                check.request(),
                check.recordedModel(),
                check.model().macs(),
                metrics,
                clock);
    }

    private PredictionTable table(LabelRequest request, LabelOptions options, String model) throws IOException {
        Configuration configuration = spark.sparkContext().hadoopConfiguration();
        PredictionTable records = LabelRequestCheck.records(request, configuration);
        if (!request.isToCatalog()) {
            return records;
        }
        TableName name = TableName.parse("output", request.output().orElseThrow());
        return records.withRowsIn(new CatalogRowStore(
                CatalogTable.of(name, spark),
                records,
                PredictionSchema.table(options.emit(), options.fields().keep()),
                model,
                request.maxBadFraction() < 1,
                configuration));
    }

    /** Labels a few images and returns their rows. */
    private LabelResult collect(LabelRun run, ImageListing found, LabelProgress steps, TableWriter.Labeler labeler) {
        LabelRequest request = run.request();
        WorkPlan plan = WorkPlan.of(found, Optional.empty(), TableOptions.KEEP, request.limit());
        found.skipped().descriptions().forEach(each -> steps.note("skipped " + each));
        if (plan.counts().remaining() > LabelRequest.MAX_IMAGES_WITHOUT_OUTPUT) {
            throw CardinalException.usage(
                    plan.counts().remaining() + " images are too many to print; name an --output, or --limit them to "
                            + LabelRequest.MAX_IMAGES_WITHOUT_OUTPUT);
        }
        steps.labeling(plan.counts().remaining(), run::imagesSoFar);
        run.started();
        List<ImageRef> images = plan.images();
        PartitionPlan tasks = PartitionPlan.of(images, spark.sparkContext().defaultParallelism());
        List<Row> rows = images.isEmpty()
                ? List.of()
                : sortedByPath(labeler.rows(List.of(new TableWriter.Work(tasks, List.of(0))))
                        .collectAsList());
        run.ended();
        return run.result(new RowStore.Commit(StatusSummary.of(rows), Map.of()), plan.counts(), 0, rows);
    }

    private static List<Row> sortedByPath(List<Row> rows) {
        return rows.stream()
                .sorted(Comparator.comparing(row -> row.<String>getAs("path")))
                .toList();
    }

    private Dataset<Row> rows(
            List<TableWriter.Work> work,
            LabelOptions options,
            Function<List<Integer>, LabelPartition> functions,
            FirstRows firstRows) {
        StructType schema =
                PredictionSchema.table(options.emit(), options.fields().keep());
        int status = schema.fieldIndex("status");
        int error = schema.fieldIndex("error");
        JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        JavaRDD<Row> rows = work.stream()
                .map(each -> PackedValues.parallelize(
                                context,
                                each.tasks().tasks(),
                                each.tasks().tasks().size())
                        .flatMap(List::iterator)
                        .mapPartitions(functions.apply(each.tables())))
                .reduce(JavaRDD::union)
                .orElseThrow()
                .map(row -> {
                    firstRows.add(FirstRows.outcome(row.getString(status), row.getString(error)));
                    return row;
                });
        return spark.createDataFrame(rows, schema);
    }

    private Broadcast<SerializableConfiguration> broadcast(Configuration configuration) {
        return JavaSparkContext.fromSparkContext(spark.sparkContext())
                .broadcast(new SerializableConfiguration(configuration));
    }
}
