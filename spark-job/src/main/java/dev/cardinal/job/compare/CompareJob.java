package dev.cardinal.job.compare;

import dev.cardinal.job.common.ProblemCollector;
import dev.cardinal.job.common.ResultDirectory;
import dev.cardinal.job.compare.Comparison.Disagreement;
import dev.cardinal.job.compare.Comparison.PairMetrics;
import dev.cardinal.job.compare.Comparison.TeacherMetrics;
import dev.cardinal.job.compare.Comparison.TopPrediction;
import dev.cardinal.job.label.PredictionTable.Origin;
import dev.cardinal.job.label.Predictions;
import dev.cardinal.job.truth.Interval;
import dev.cardinal.job.truth.Truth;
import dev.cardinal.job.truth.UnmatchedTruth;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Compares teachers on the images that all of them have classified: how often they agree and, if images have a truth, the accuracy
 * of each, and which one to use. Aggregates in Spark; the driver receives counts and bounded samples. Lives on the driver; not
 * thread-safe.
 */
public final class CompareJob {
    /** Name of the result file in the output directory. */
    public static final String COMPARISON_FILE = "comparison.json";

    private static final int DISAGREEMENTS_SHOWN = 24;

    private final SparkSession spark;

    public CompareJob(SparkSession spark) {
        this.spark = spark;
    }

    /**
     * Checks a request, without Spark.
     *
     * @return every problem, empty if the request can run
     * @throws IOException if a file system fails
     */
    public static List<String> problems(CompareRequest request, Configuration configuration) throws IOException {
        ProblemCollector problems = new ProblemCollector();
        Teachers.check(request.teachers(), request.labels(), configuration, problems);
        problems.check(() -> Truth.require(request.truth(), configuration));
        problems.check(() -> {
            ResultDirectory output = output(request, configuration);
            output.requireVacant();
            output.requireWritable();
        });
        return problems.problems();
    }

    private static ResultDirectory output(CompareRequest request, Configuration configuration) throws IOException {
        return ResultDirectory.of(request.output(), COMPARISON_FILE, configuration);
    }

    /**
     * Compares and writes {@code comparison.json}.
     *
     * @throws CardinalException if the tables, the truth or the output cannot be used, a table contains rows of another
     *     model, or the teachers have no image in common
     * @throws IOException if a file system fails
     */
    public Comparison run(CompareRequest request) throws IOException {
        Configuration configuration = spark.sparkContext().hadoopConfiguration();
        ProblemCollector.throwIfAny(problems(request, configuration));
        Teachers teachers = Teachers.open(request.teachers(), request.labels(), configuration, spark);
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
        ComparedImages.ComparedCounts counts = images.counts();
        if (truth.isFile() && counts.withText() == 0) {
            throw truth.noTruth(images.all(), teachers.directories());
        }
        PairCounts pairs = PairCounts.of(
                images.compared(), teachers.count(), teachers.classes().size());
        if (pairs.n() == 0) {
            throw noCommonImage(teachers, counts);
        }
        List<UnmatchedTruth> unmatched = Truth.unmatched(images.all());
        if (pairs.withTruth() == 0 && pairs.unmatched() > 0) {
            throw Truth.noMatchingClass(teachers.all().get(0).origin().modelId(), unmatched);
        }
        List<TeacherMetrics> ofTeachers = new ArrayList<>();
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
                pairs.ambiguous(),
                unmatched,
                ofTeachers,
                pairs.pairs().stream().map(each -> pair(each, pairs)).toList(),
                disagreements(teachers, images),
                hasTruth ? new Recommender(ofTeachers, pairs.right(), pairs.withTruth()).recommend() : null,
                images.notes(pairs));
    }

    private static CardinalException noCommonImage(Teachers teachers, ComparedImages.ComparedCounts counts) {
        List<String> each = new ArrayList<>();
        for (int t = 0; t < teachers.count(); t++) {
            each.add(counts.ofTeacher().get(t) + " in "
                    + String.join(", ", teachers.all().get(t).directories()));
        }
        return CardinalException.input("the teachers have no image to compare: of " + counts.all() + " images, "
                + counts.incomplete() + " are not ok in every table (ok: " + String.join("; ", each) + "), "
                + counts.changed() + " have different bytes in different tables, and " + counts.refusedNan()
                + " have a score that is NaN or infinite; label the same images with each teacher");
    }

    private static TeacherMetrics teacher(Predictions predictions, long images, long right, long withTruth) {
        Origin origin = predictions.origin();
        Interval top1 = Interval.wilson(right, withTruth);
        boolean hasTruth = withTruth > 0;
        return new TeacherMetrics(
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

    private static PairMetrics pair(PairCounts.PairCount pair, PairCounts counts) {
        double agreement = (double) pair.agreeing() / counts.n();
        Double kappa =
                PairStatistics.kappa(pair.agreeing(), counts.predicted()[pair.a()], counts.predicted()[pair.b()]);
        if (counts.withTruth() == 0) {
            return new PairMetrics(
                    pair.a(), pair.b(), counts.n(), agreement, kappa, null, null, null, null, null, null, null, null);
        }
        long bothRight = counts.right().get(pair.a()) - pair.onlyA();
        Interval difference = PairStatistics.difference(pair.onlyA(), pair.onlyB(), counts.withTruth());
        return new PairMetrics(
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

    private static TopPrediction prediction(Teachers teachers, Row row) {
        return new TopPrediction(row.getInt(0), teachers.className(row.getInt(0)), row.getFloat(1));
    }
}
