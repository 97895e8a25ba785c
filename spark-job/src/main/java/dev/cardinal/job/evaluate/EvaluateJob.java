package dev.cardinal.job.evaluate;

import static org.apache.spark.sql.functions.col;

import dev.cardinal.job.common.ProblemCollector;
import dev.cardinal.job.common.ResultDirectory;
import dev.cardinal.job.label.PredictionTable.Origin;
import dev.cardinal.job.label.Predictions;
import dev.cardinal.job.truth.Interval;
import dev.cardinal.job.truth.MatchedTruth;
import dev.cardinal.job.truth.Truth;
import dev.cardinal.job.truth.UnmatchedTruth;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.card.ClassLabel;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/**
 * Compares predictions with the truth from their table or from a file: accuracy, calibration, confusions, and the precision of a
 * selection. Aggregates in Spark; the driver receives a few rows per class and bounded samples. Lives on the driver; not
 * thread-safe.
 */
public final class EvaluateJob {
    /** Name of the result file in the output directory. */
    public static final String METRICS_FILE = "metrics.json";

    private final SparkSession spark;

    public EvaluateJob(SparkSession spark) {
        this.spark = spark;
    }

    /**
     * Checks a request, without Spark.
     *
     * @return every problem, empty if the request can run
     * @throws IOException if a file system fails
     */
    public static List<String> problems(EvaluateRequest request, Configuration configuration) throws IOException {
        ProblemCollector problems = new ProblemCollector();
        problems.check(() -> Predictions.open(request.predictions(), request.labels(), configuration));
        problems.check(() -> Truth.require(request.truth(), configuration));
        problems.check(() -> requireRanks(request));
        problems.check(() -> selection(request, configuration));
        problems.check(() -> {
            ResultDirectory output = output(request, configuration);
            output.requireVacant();
            output.requireWritable();
        });
        return problems.problems();
    }

    private static void requireRanks(EvaluateRequest request) {
        for (int rank : request.at()) {
            if (rank < 1) {
                throw CardinalException.usage("--at must be at least 1, not " + rank);
            }
        }
        if (request.suspects() < 0) {
            throw CardinalException.usage("--suspects must be at least 0, not " + request.suspects());
        }
        if (request.selection() == null && !request.at().isEmpty()) {
            throw CardinalException.usage(
                    "--at needs --selection: it lists the ranks up to which the selection is measured");
        }
    }

    private static Optional<Selection> selection(EvaluateRequest request, Configuration configuration)
            throws IOException {
        if (request.selection() == null) {
            return Optional.empty();
        }
        Selection selection = Selection.open(request.selection(), configuration);
        selection.require(request.at());
        return Optional.of(selection);
    }

    private static ResultDirectory output(EvaluateRequest request, Configuration configuration) throws IOException {
        return ResultDirectory.of(
                request.output(), METRICS_FILE, List.of(Suspects.TABLE, Suspects.JOINT_TABLE), configuration);
    }

    /**
     * Evaluates and writes {@code metrics.json}.
     *
     * @throws CardinalException if the tables, the truth, the selection or the output cannot be used, a table contains rows of
     *     another model, or no image can be evaluated
     * @throws IOException if a file system fails
     */
    public Metrics run(EvaluateRequest request) throws IOException {
        Configuration configuration = spark.sparkContext().hadoopConfiguration();
        ProblemCollector.throwIfAny(problems(request, configuration));
        Predictions predictions = Predictions.open(request.predictions(), request.labels(), configuration)
                .verified(spark);
        Origin origin = predictions.origin();
        Truth truth = Truth.open(request.truth(), request.truthAs(), spark);
        Optional<SelectionPrecision> selection =
                selection(request, configuration).map(each -> SelectionPrecision.of(each, origin.classes(), spark));
        Dataset<Row> stored = predictions.rows(spark);
        MatchedTruth matched = truth.match(stored, stored, origin.classes());
        try (GradedPredictions graded = GradedPredictions.of(matched.rows(), origin)) {
            GradedPredictions.GradedCounts counts = graded.counts();
            if (counts.all() == counts.withoutTruth()) {
                throw truth.noTruth(stored, predictions.directories());
            }
            ResultDirectory output = output(request, configuration);
            Path joint = output.stage(Suspects.JOINT_TABLE);
            Path suspects = output.stage(Suspects.TABLE);
            Metrics.LabelErrors errors = request.suspects() == 0
                    ? null
                    : Suspects.write(matched.rows(), predictions, request.suspects(), suspects, joint, spark);
            Metrics metrics = evaluate(request, graded, matched, predictions, counts, selection, errors);
            output.write(metrics);
            return metrics;
        }
    }

    private Metrics evaluate(
            EvaluateRequest request,
            GradedPredictions graded,
            MatchedTruth matched,
            Predictions predictions,
            GradedPredictions.GradedCounts counts,
            Optional<SelectionPrecision> selection,
            Metrics.@Nullable LabelErrors errors)
            throws IOException {
        Origin origin = predictions.origin();
        List<UnmatchedTruth> unmatched = Truth.unmatched(graded.all());
        Accuracy accuracy = new Accuracy(graded.evaluated(), origin);
        Accuracy.Hits hits = accuracy.overall();
        if (hits.n() == 0) {
            throw nothingToEvaluate(origin, counts, unmatched);
        }
        Interval top1 = Interval.wilson(hits.top1(), hits.n());
        Interval top5 = Interval.wilson(hits.top5(), hits.n());
        boolean storesTop5 = accuracy.storesTop5();
        Calibration calibration = Calibration.of(graded, matched.rows(), origin, hits.n());
        return new Metrics(
                origin.modelId(),
                predictions.recordedDirectories(),
                hits.n(),
                new Metrics.AccuracyMetrics(
                        top1.value(),
                        top1.low(),
                        top1.high(),
                        storesTop5 ? top5.value() : null,
                        storesTop5 ? top5.low() : null,
                        storesTop5 ? top5.high() : null),
                new Metrics.CalibrationMetrics(
                        calibration.bins().expectedError(),
                        calibration.bins().maximumError(),
                        calibration
                                .ofLogits()
                                .map(Calibration.LogitCalibration::nll)
                                .orElse(null),
                        calibration
                                .ofLogits()
                                .map(Calibration.LogitCalibration::temperature)
                                .orElse(null),
                        calibration.bins().bins(),
                        ReliabilityBins.perClass(graded.evaluated())),
                new Metrics.ExcludedCounts(
                        counts.notClassified(),
                        counts.withoutTruth(),
                        counts.refusedNan(),
                        counts.unmatched(),
                        counts.ambiguous(),
                        unmatched),
                classesWithoutTruth(graded.all(), origin.classes()),
                accuracy.confusions(),
                accuracy.perClass(),
                accuracy.errors(),
                selection.map(each -> each.measure(graded.all(), request.at())).orElse(null),
                errors,
                matched.notes(
                        counts.all() - counts.withoutTruth(),
                        counts.unmatched(),
                        counts.ambiguous(),
                        counts.ambiguousExample()));
    }

    private static CardinalException nothingToEvaluate(
            Origin origin, GradedPredictions.GradedCounts counts, List<UnmatchedTruth> unmatched) {
        long withTruth = counts.all() - counts.withoutTruth();
        return counts.unmatched() == withTruth
                ? Truth.noMatchingClass(origin.modelId(), unmatched)
                : CardinalException.input("none of the " + withTruth + " images with a truth can be evaluated: "
                        + counts.notClassified() + " were not classified, " + counts.refusedNan()
                        + " have a score or logit that is NaN or infinite, and the truth of " + counts.unmatched()
                        + " is not a class of " + origin.modelId());
    }

    private static List<String> classesWithoutTruth(Dataset<Row> all, List<ClassLabel> classes) {
        Set<Integer> withImages = new HashSet<>();
        all.select(col(Truth.INDEX))
                .filter(col(Truth.INDEX).isNotNull())
                .distinct()
                .collectAsList()
                .forEach(row -> withImages.add(row.getInt(0)));
        return IntStream.range(0, classes.size())
                .filter(c -> !withImages.contains(c))
                .mapToObj(c -> classes.get(c).name())
                .toList();
    }
}
