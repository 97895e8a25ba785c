package dev.cardinal.job.evaluate;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.element_at;
import static org.apache.spark.sql.functions.exists;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.slice;
import static org.apache.spark.sql.functions.sum;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.cardinal.job.UserPath;
import dev.cardinal.job.label.PredictionTable.Origin;
import dev.cardinal.job.predictions.Predictions;
import dev.cardinal.udf.image.Status;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.ClassLabel;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Holds predictions to the truth that their table carries. Aggregates in Spark; the driver sees one row a class and the
 * commonest truths that mean none. Lives on the driver; not thread-safe.
 */
public final class EvaluateJob {
    /** File with the result below the output. */
    public static final String METRICS_FILE = "metrics.json";

    private static final int TOP = 5;
    private static final int UNMATCHED_SHOWN = 100;
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build();

    private final SparkSession spark;

    public EvaluateJob(SparkSession spark) {
        this.spark = spark;
    }

    /**
     * What to evaluate.
     *
     * @param predictions directories of predictions tables of one model
     * @param truthAs what their {@code truth} column holds
     * @param output directory for {@code metrics.json}
     */
    public record Request(List<String> predictions, TruthAs truthAs, String output) {
        public Request {
            predictions = List.copyOf(predictions);
        }
    }

    /**
     * What is wrong with a request, as far as it shows without Spark.
     *
     * @return every problem, none where the request can run
     * @throws IOException if a file system fails
     */
    public static List<String> problems(Request request, Configuration configuration) throws IOException {
        List<String> problems = new ArrayList<>();
        try {
            Predictions.open(request.predictions(), configuration);
        } catch (CardinalException e) {
            problems.add(e.getMessage());
        }
        try {
            requireVacant(UserPath.of("output", request.output()), configuration);
        } catch (CardinalException e) {
            problems.add(e.getMessage());
        }
        return problems;
    }

    private static void requireVacant(Path output, Configuration configuration) throws IOException {
        FileSystem fileSystem = output.getFileSystem(configuration);
        if (!fileSystem.exists(output)) {
            return;
        }
        for (FileStatus entry : fileSystem.listStatus(output)) {
            if (!entry.getPath().getName().equals(METRICS_FILE)) {
                throw CardinalException.output("output " + output + " already holds something else ("
                        + entry.getPath().getName() + "); name another --output");
            }
        }
    }

    /**
     * Evaluates and writes {@code metrics.json}.
     *
     * @throws CardinalException if the tables or the output cannot be used, or no row has a truth
     * @throws IOException if a file system fails
     */
    public Metrics run(Request request) throws IOException {
        Configuration configuration =
                JavaSparkContext.fromSparkContext(spark.sparkContext()).hadoopConfiguration();
        List<String> problems = problems(request, configuration);
        if (!problems.isEmpty()) {
            throw CardinalException.usage(problems);
        }
        Predictions predictions = Predictions.open(request.predictions(), configuration);
        Metrics metrics = evaluate(rows(predictions), predictions.origin(), request.truthAs());
        Path file = new Path(UserPath.of("output", request.output()), METRICS_FILE);
        try (OutputStream out = file.getFileSystem(configuration).create(file, true)) {
            out.write(MAPPER.writeValueAsBytes(metrics));
        }
        return metrics;
    }

    private Dataset<Row> rows(Predictions predictions) throws IOException {
        Dataset<Row> rows = predictions
                .rows(spark)
                .select("path", "truth", "status", "predictions")
                .filter(col("truth").isNotNull());
        if (rows.isEmpty()) {
            throw CardinalException.input("predictions " + String.join(", ", predictions.directories())
                    + " have no truth to evaluate against: label with --label-from parent-dir");
        }
        return rows;
    }

    private Metrics evaluate(Dataset<Row> rows, Origin origin, TruthAs truthAs) {
        Dataset<Row> matched = rows.join(
                broadcast(truths(origin.classes(), truthAs)), col("truth").equalTo(col("text")), "left");
        Column isOk = col("status").equalTo(Status.OK.id());
        List<Metrics.Unmatched> unmatched = matched
                .filter(col("class_index").isNull())
                .groupBy("truth")
                .count()
                .orderBy(col("count").desc(), col("truth"))
                .limit(UNMATCHED_SHOWN)
                .collectAsList()
                .stream()
                .map(row -> new Metrics.Unmatched(row.getString(0), row.getLong(1)))
                .toList();
        long notClassified = rows.filter(isOk.unary_$bang()).count();

        Column first = element_at(col("predictions"), lit(1)).getField("class_index");
        Column isFirst = first.equalTo(col("class_index"));
        Column isAmongFirst = exists(
                slice(col("predictions"), 1, TOP),
                prediction -> prediction.getField("class_index").equalTo(col("class_index")));
        Map<Integer, Hits> hits = new HashMap<>();
        matched.filter(isOk.and(col("class_index").isNotNull()))
                .groupBy("class_index")
                .agg(count(lit(1)), sum(isFirst.cast(DataTypes.LongType)), sum(isAmongFirst.cast(DataTypes.LongType)))
                .collectAsList()
                .forEach(row -> hits.put(row.getInt(0), new Hits(row.getLong(1), row.getLong(2), row.getLong(3))));
        return metrics(origin, hits, notClassified, unmatched);
    }

    private record Hits(long n, long top1, long top5) {
        Hits plus(Hits other) {
            return new Hits(n + other.n, top1 + other.top1, top5 + other.top5);
        }
    }

    private static Metrics metrics(
            Origin origin, Map<Integer, Hits> hits, long notClassified, List<Metrics.Unmatched> unmatched) {
        Hits none = new Hits(0, 0, 0);
        Hits all = hits.values().stream().reduce(none, Hits::plus);
        if (all.n() == 0) {
            throw CardinalException.input("no truth means a class of " + origin.modelId() + " (the commonest: "
                    + unmatched.stream()
                            .limit(TOP)
                            .map(Metrics.Unmatched::truth)
                            .toList()
                    + "): name what they are with --truth-as");
        }
        Interval top1 = Interval.wilson(all.top1(), all.n());
        boolean storesTop5 = origin.topK() >= Math.min(TOP, origin.classes().size());
        Interval top5 = Interval.wilson(all.top5(), all.n());
        List<Metrics.ClassMetrics> perClass = new ArrayList<>();
        for (int c = 0; c < origin.classes().size(); c++) {
            Hits of = hits.getOrDefault(c, none);
            Interval share = Interval.wilson(of.top1(), of.n());
            boolean occurs = of.n() > 0;
            perClass.add(new Metrics.ClassMetrics(
                    c,
                    origin.classes().get(c).name(),
                    of.n(),
                    occurs ? share.value() : null,
                    occurs ? share.low() : null,
                    occurs ? share.high() : null));
        }
        return new Metrics(
                origin.modelId(),
                all.n(),
                top1.value(),
                top1.low(),
                top1.high(),
                storesTop5 ? top5.value() : null,
                storesTop5 ? top5.low() : null,
                storesTop5 ? top5.high() : null,
                notClassified,
                unmatched,
                perClass);
    }

    private Dataset<Row> truths(List<ClassLabel> classes, TruthAs truthAs) {
        List<Row> rows = TruthMap.of(classes, truthAs).entrySet().stream()
                .map(entry -> RowFactory.create(entry.getKey(), entry.getValue()))
                .toList();
        StructType schema =
                new StructType().add("text", DataTypes.StringType).add("class_index", DataTypes.IntegerType);
        return spark.createDataFrame(rows, schema);
    }
}
