package dev.cardinal.job.evaluate;

import static org.apache.spark.sql.functions.col;

import dev.cardinal.job.label.PredictionTable.Origin;
import dev.cardinal.job.predictions.Predictions;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.ClassLabel;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/**
 * Holds predictions to the truth, from their own table or from a file: accuracy, calibration, confusions, and how much of a
 * selection is right. Aggregates in Spark; the driver sees a few rows a class and bounded samples. Lives on the driver; not
 * thread-safe.
 */
public final class EvaluateJob {
    /** File with the result below the output. */
    public static final String METRICS_FILE = "metrics.json";

    private final SparkSession spark;

    public EvaluateJob(SparkSession spark) {
        this.spark = spark;
    }

    /**
     * What to evaluate.
     *
     * @param predictions directories of predictions tables of one model
     * @param truth file or directory, CSV or Parquet, with the truth of images by path or sha256; null for the tables' own
     * @param truthAs what a truth is
     * @param selection directory of a selection whose precision is measured, or null
     * @param at ranks to measure it at; none for the selection's K, or else the last rank that it has, and the halves of that
     * @param output directory for {@code metrics.json}
     */
    public record Request(
            List<String> predictions,
            @Nullable String truth,
            TruthAs truthAs,
            @Nullable String selection,
            List<Integer> at,
            String output) {
        public Request {
            predictions = List.copyOf(predictions);
            at = List.copyOf(at);
        }

        /** Predictions alone, with the truth of their tables. */
        public Request(List<String> predictions, TruthAs truthAs, String output) {
            this(predictions, null, truthAs, null, List.of(), output);
        }
    }

    /**
     * What is wrong with a request, as far as it shows without Spark.
     *
     * @return every problem, none where the request can run
     * @throws IOException if a file system fails
     */
    public static List<String> problems(Request request, Configuration configuration) throws IOException {
        Problems problems = new Problems();
        problems.check(() -> Predictions.open(request.predictions(), configuration));
        problems.check(() -> Truth.require(request.truth(), configuration));
        problems.check(() -> requireRanks(request));
        problems.check(() -> selection(request, configuration));
        problems.check(() -> output(request, configuration).requireVacant());
        return problems.found();
    }

    private static void requireRanks(Request request) {
        for (int rank : request.at()) {
            if (rank < 1) {
                throw CardinalException.usage("--at must be at least 1, not " + rank);
            }
        }
        if (request.selection() == null && !request.at().isEmpty()) {
            throw CardinalException.usage("--at says at which ranks to measure a --selection, and none is named");
        }
    }

    private static Optional<Selection> selection(Request request, Configuration configuration) throws IOException {
        if (request.selection() == null) {
            return Optional.empty();
        }
        Selection selection = Selection.open(request.selection(), configuration);
        selection.require(request.at());
        return Optional.of(selection);
    }

    private static ResultDirectory output(Request request, Configuration configuration) throws IOException {
        return ResultDirectory.of(request.output(), METRICS_FILE, configuration);
    }

    /**
     * Evaluates and writes {@code metrics.json}.
     *
     * @throws CardinalException if the tables, the truth, the selection or the output cannot be used, a table holds rows of
     *     another model, or no image counts
     * @throws IOException if a file system fails
     */
    public Metrics run(Request request) throws IOException {
        Configuration configuration =
                JavaSparkContext.fromSparkContext(spark.sparkContext()).hadoopConfiguration();
        Problems.throwIfAny(problems(request, configuration));
        Predictions predictions = Predictions.open(request.predictions(), configuration);
        Origin origin = predictions.origin();
        predictions.requireOwnModel(spark);
        Truth truth = Truth.open(request.truth(), request.truthAs(), spark);
        Optional<SelectionPrecision> selection =
                selection(request, configuration).map(each -> SelectionPrecision.of(each, origin.classes(), spark));
        Dataset<Row> stored = predictions.rows(spark);
        Dataset<Row> rows = truth.join(stored, origin.classes());
        try (JudgedImages judged = JudgedImages.of(rows, origin)) {
            JudgedImages.Counts counts = judged.counts();
            if (counts.all() == counts.withoutTruth()) {
                throw truth.none(stored, predictions.directories());
            }
            Metrics metrics = evaluate(judged, rows, predictions, counts, selection, request.at());
            output(request, configuration).write(metrics);
            return metrics;
        }
    }

    private static Metrics evaluate(
            JudgedImages judged,
            Dataset<Row> rows,
            Predictions predictions,
            JudgedImages.Counts counts,
            Optional<SelectionPrecision> selection,
            List<Integer> at) {
        Origin origin = predictions.origin();
        List<Metrics.Unmatched> unmatched = Truth.unmatched(judged.all());
        Accuracy accuracy = new Accuracy(judged.counting(), origin);
        Accuracy.Hits hits = accuracy.overall();
        if (hits.n() == 0) {
            throw noneCounts(origin, counts, unmatched);
        }
        Interval top1 = Interval.wilson(hits.top1(), hits.n());
        Interval top5 = Interval.wilson(hits.top5(), hits.n());
        boolean storesTop5 = accuracy.storesTop5();
        Calibration calibration = Calibration.of(judged, rows, origin, hits.n());
        return new Metrics(
                origin.modelId(),
                predictions.recordedDirectories(),
                hits.n(),
                top1.value(),
                top1.low(),
                top1.high(),
                storesTop5 ? top5.value() : null,
                storesTop5 ? top5.low() : null,
                storesTop5 ? top5.high() : null,
                calibration.bins().expectedError(),
                calibration.bins().maximumError(),
                calibration.ofLogits().map(Calibration.OfLogits::nll).orElse(null),
                calibration.ofLogits().map(Calibration.OfLogits::temperature).orElse(null),
                counts.notClassified(),
                counts.withoutTruth(),
                counts.refusedNan(),
                counts.unmatched(),
                unmatched,
                classesWithoutTruth(judged.all(), origin.classes()),
                calibration.bins().bins(),
                accuracy.confusions(),
                accuracy.perClass(),
                accuracy.errors(),
                selection.map(each -> each.measure(judged.all(), at)).orElse(null));
    }

    private static CardinalException noneCounts(
            Origin origin, JudgedImages.Counts counts, List<Metrics.Unmatched> unmatched) {
        long withTruth = counts.all() - counts.withoutTruth();
        return counts.unmatched() == withTruth
                ? Truth.noClass(origin.modelId(), unmatched)
                : CardinalException.input("none of the " + withTruth + " images with a truth can be evaluated: "
                        + counts.notClassified() + " were not classified, " + counts.refusedNan()
                        + " have a score or logit that is NaN or infinite, the truth of " + counts.unmatched()
                        + " is no class of " + origin.modelId());
    }

    private static List<String> classesWithoutTruth(Dataset<Row> all, List<ClassLabel> classes) {
        Set<Integer> named = new HashSet<>();
        all.select(col(Truth.INDEX))
                .filter(col(Truth.INDEX).isNotNull())
                .distinct()
                .collectAsList()
                .forEach(row -> named.add(row.getInt(0)));
        return IntStream.range(0, classes.size())
                .filter(c -> !named.contains(c))
                .mapToObj(c -> classes.get(c).name())
                .toList();
    }
}
