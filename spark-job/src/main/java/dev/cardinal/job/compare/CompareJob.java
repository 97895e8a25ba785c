package dev.cardinal.job.compare;

import dev.cardinal.job.compare.Comparison.Disagreement;
import dev.cardinal.job.compare.Comparison.Pair;
import dev.cardinal.job.compare.Comparison.Prediction;
import dev.cardinal.job.compare.Comparison.Teacher;
import dev.cardinal.job.evaluate.Interval;
import dev.cardinal.job.evaluate.Metrics;
import dev.cardinal.job.evaluate.Problems;
import dev.cardinal.job.evaluate.ResultDirectory;
import dev.cardinal.job.evaluate.Truth;
import dev.cardinal.job.label.PredictionTable.Origin;
import dev.cardinal.job.predictions.Predictions;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Compares teachers on the images that all of them have classified: how often they agree and, where images have a truth, how
 * often each is right, and which one to use. Aggregates in Spark; the driver sees counts and bounded samples. Lives on the driver;
 * not thread-safe.
 */
public final class CompareJob {
    /** File with the result below the output. */
    public static final String COMPARISON_FILE = "comparison.json";

    private static final int DISAGREEMENTS_SHOWN = 24;

    private final SparkSession spark;

    public CompareJob(SparkSession spark) {
        this.spark = spark;
    }

    /**
     * What is wrong with a request, as far as it shows without Spark.
     *
     * @return every problem, none where the request can run
     * @throws IOException if a file system fails
     */
    public static List<String> problems(CompareRequest request, Configuration configuration) throws IOException {
        Problems problems = new Problems();
        Teachers.check(request.teachers(), configuration, problems);
        problems.check(() -> Truth.require(request.truth(), configuration));
        problems.check(() -> output(request, configuration).requireVacant());
        return problems.found();
    }

    private static ResultDirectory output(CompareRequest request, Configuration configuration) throws IOException {
        return ResultDirectory.of(request.output(), COMPARISON_FILE, configuration);
    }

    /**
     * Compares and writes {@code comparison.json}.
     *
     * @throws CardinalException if the tables, the truth or the output cannot be used, a table holds rows of another model, or
     *     the teachers have no image in common
     * @throws IOException if a file system fails
     */
    public Comparison run(CompareRequest request) throws IOException {
        Configuration configuration =
                JavaSparkContext.fromSparkContext(spark.sparkContext()).hadoopConfiguration();
        Problems.throwIfAny(problems(request, configuration));
        Teachers teachers = Teachers.open(request.teachers(), configuration);
        for (Predictions teacher : teachers.all()) {
            teacher.requireOwnModel(spark);
        }
        Truth truth = Truth.open(request.truth(), request.truthAs(), spark);
        try (ComparedImages images = ComparedImages.of(teachers, truth, spark)) {
            Comparison comparison = compare(teachers, images, truth);
            output(request, configuration).write(comparison);
            return comparison;
        }
    }

    private static Comparison compare(Teachers teachers, ComparedImages images, Truth truth) {
        if (!truth.isFile()) {
            images.requireOneTruth();
        }
        ComparedImages.Counts counts = images.counts();
        if (truth.isFile() && counts.withText() == 0) {
            throw truth.none(images.all(), teachers.directories());
        }
        PairCounts pairs = PairCounts.of(
                images.compared(), teachers.count(), teachers.classes().size());
        if (pairs.n() == 0) {
            throw nothingInCommon(teachers, counts);
        }
        List<Metrics.Unmatched> unmatched = Truth.unmatched(images.all());
        if (pairs.withTruth() == 0 && pairs.unmatched() > 0) {
            throw Truth.noClass(teachers.all().get(0).origin().modelId(), unmatched);
        }
        List<Teacher> ofTeachers = new ArrayList<>();
        for (int t = 0; t < teachers.count(); t++) {
            ofTeachers.add(teacher(
                    teachers.all().get(t),
                    counts.ofTeacher().get(t),
                    pairs.right().get(t),
                    pairs.withTruth()));
        }
        boolean hasTruth = pairs.withTruth() > 0;
        return new Comparison(
                pairs.n(),
                pairs.withTruth(),
                counts.incomplete(),
                counts.changed(),
                counts.refusedNan(),
                pairs.unmatched(),
                unmatched,
                ofTeachers,
                pairs.pairs().stream().map(each -> pair(each, pairs)).toList(),
                disagreements(teachers, images),
                hasTruth ? new Recommender(ofTeachers, pairs.right(), pairs.withTruth()).recommend() : null);
    }

    private static CardinalException nothingInCommon(Teachers teachers, ComparedImages.Counts counts) {
        List<String> each = new ArrayList<>();
        for (int t = 0; t < teachers.count(); t++) {
            each.add(counts.ofTeacher().get(t) + " in "
                    + String.join(", ", teachers.all().get(t).directories()));
        }
        return CardinalException.input("the teachers have no image to compare: of " + counts.all() + " images "
                + counts.incomplete() + " are not ok in every table (ok are " + String.join("; ", each) + "), "
                + counts.changed() + " have other bytes in one than in another, and " + counts.refusedNan()
                + " have a score that is NaN or infinite; label the same images with each teacher");
    }

    private static Teacher teacher(Predictions predictions, long images, long right, long withTruth) {
        Origin origin = predictions.origin();
        Interval top1 = Interval.wilson(right, withTruth);
        boolean hasTruth = withTruth > 0;
        return new Teacher(
                predictions.recordedDirectories(),
                origin.modelId(),
                origin.precision(),
                images,
                withTruth,
                hasTruth ? top1.value() : null,
                hasTruth ? top1.low() : null,
                hasTruth ? top1.high() : null,
                origin.imagesPerSecond(),
                origin.macs());
    }

    private static Pair pair(PairCounts.Pair pair, PairCounts counts) {
        double agreement = (double) pair.agreeing() / counts.n();
        Double kappa =
                PairStatistics.kappa(pair.agreeing(), counts.predicted()[pair.a()], counts.predicted()[pair.b()]);
        if (counts.withTruth() == 0) {
            return new Pair(
                    pair.a(), pair.b(), counts.n(), agreement, kappa, null, null, null, null, null, null, null, null);
        }
        long bothRight = counts.right().get(pair.a()) - pair.onlyA();
        Interval difference = PairStatistics.difference(pair.onlyA(), pair.onlyB(), counts.withTruth());
        return new Pair(
                pair.a(),
                pair.b(),
                counts.n(),
                agreement,
                kappa,
                bothRight,
                pair.onlyA(),
                pair.onlyB(),
                counts.withTruth() - bothRight - pair.onlyA() - pair.onlyB(),
                difference.value(),
                difference.low(),
                difference.high(),
                PairStatistics.mcnemar(pair.onlyA(), pair.onlyB()));
    }

    private static List<Disagreement> disagreements(Teachers teachers, ComparedImages images) {
        return images.disagreements(DISAGREEMENTS_SHOWN).collectAsList().stream()
                .map(row -> new Disagreement(
                        row.getString(0),
                        row.isNullAt(1) ? null : row.getInt(1),
                        row.isNullAt(1) ? null : teachers.className(row.getInt(1)),
                        row.<Row>getList(2).stream()
                                .map(each -> prediction(teachers, each))
                                .toList()))
                .toList();
    }

    private static Prediction prediction(Teachers teachers, Row row) {
        return new Prediction(row.getInt(0), teachers.className(row.getInt(0)), row.getFloat(1));
    }
}
