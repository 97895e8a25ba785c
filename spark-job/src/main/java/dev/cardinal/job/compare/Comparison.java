package dev.cardinal.job.compare;

import dev.cardinal.job.evaluate.Metrics;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What teachers say of the same images; {@code comparison.json}. What needs a truth is null where no image has one.
 *
 * @param n images compared: classified by every teacher, with finite scores
 * @param withTruth those whose truth is a class
 * @param incomplete images that some teacher, but not every one, has classified, or that none has
 * @param changed images that every teacher has classified, but not from the same bytes: these are not compared
 * @param refusedNan images that are not compared, as a score is NaN or infinite
 * @param unmatchedImages compared images with a truth that means no class
 * @param unmatched such truths of any image, the commonest 100
 * @param teachers in the order they were named
 * @param pairs every two of them
 * @param disagreements 24 images that not all teachers take for the same, chosen by a hash of the path: the same every time
 * @param recommendation which teacher to use
 */
public record Comparison(
        long n,
        long withTruth,
        long incomplete,
        long changed,
        long refusedNan,
        long unmatchedImages,
        List<Metrics.Unmatched> unmatched,
        List<Teacher> teachers,
        List<Pair> pairs,
        List<Disagreement> disagreements,
        @Nullable Recommendation recommendation) {

    /**
     * One teacher.
     *
     * @param predictions directories of its tables
     * @param model its id
     * @param precision what it was asked to calculate in
     * @param images images that it has classified, whatever the others have
     * @param n images that its top-1 is of: the compared ones with a truth
     * @param top1 share of them that it has right
     * @param top1Low lower bound of its 95 % Wilson interval
     * @param top1High upper bound
     * @param imagesPerSecond of the last run that added to its tables and ended as it should, null where that is not known
     * @param macs multiply-accumulate operations for an image, null where its architecture is not known
     */
    public record Teacher(
            List<String> predictions,
            String model,
            String precision,
            long images,
            long n,
            @Nullable Double top1,
            @Nullable Double top1Low,
            @Nullable Double top1High,
            @Nullable Double imagesPerSecond,
            @Nullable Long macs) {}

    /**
     * Two teachers.
     *
     * @param a index of the one
     * @param b index of the other
     * @param n images compared
     * @param agreement share of them that both take for the same
     * @param kappa Cohen's kappa of what they take them for; null where both take all for one class, and it is not defined
     * @param bothRight images with a truth that both have right
     * @param onlyA that a alone has right
     * @param onlyB that b alone has right
     * @param bothWrong that neither has right
     * @param difference top-1 of b minus that of a
     * @param differenceLow lower bound of its 95 % Wald interval
     * @param differenceHigh upper bound
     * @param mcnemarP two-sided p of McNemar's exact test that both are right equally often
     */
    public record Pair(
            int a,
            int b,
            long n,
            double agreement,
            @Nullable Double kappa,
            @Nullable Long bothRight,
            @Nullable Long onlyA,
            @Nullable Long onlyB,
            @Nullable Long bothWrong,
            @Nullable Double difference,
            @Nullable Double differenceLow,
            @Nullable Double differenceHigh,
            @Nullable Double mcnemarP) {}

    /**
     * An image that not all teachers take for the same.
     *
     * @param path the image
     * @param truthIndex index of the class that it is, null where that is not known
     * @param truthLabel its name, or null
     * @param predictions what each teacher takes it for
     */
    public record Disagreement(
            String path,
            @Nullable Integer truthIndex,
            @Nullable String truthLabel,
            List<Prediction> predictions) {}

    /**
     * What a teacher takes an image for.
     *
     * @param classIndex index of the class
     * @param label its name, which other classes may have too
     * @param score of it
     */
    public record Prediction(int classIndex, String label, float score) {}

    /**
     * Which teacher to use.
     *
     * @param best index of the one with the best top-1
     * @param cheapest index of the cheapest whose top-1 is within 0.5 points of that
     * @param reason one sentence with the numbers
     */
    public record Recommendation(int best, int cheapest, String reason) {}
}
