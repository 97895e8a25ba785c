package dev.cardinal.job.compare;

import dev.cardinal.job.truth.UnmatchedTruth;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How teachers differ on the same images: the content of {@code comparison.json}. Values that need a truth are null if no image has
 * one.
 *
 * @param n images compared: classified by every teacher, with finite scores
 * @param withTruth compared images whose truth is a class
 * @param incomplete images that were not classified by every teacher
 * @param changed images that every teacher classified, but from different bytes: these are not compared
 * @param refusedNan images that are not compared because a score is NaN or infinite
 * @param unmatchedImages compared images whose truth does not match a class
 * @param ambiguousImages those of them whose truth is the name of several classes
 * @param unmatched truths that do not match a class, of any image, the 100 most frequent ones
 * @param teachers the teachers, in the order of the request
 * @param pairs every pair of teachers
 * @param disagreements 24 images on which teachers disagree, chosen by a hash of the path, so that they are the same every time
 * @param recommendation which teacher to use
 * @param notes sentences about how the truth was read
 */
public record Comparison(
        long n,
        long withTruth,
        long incomplete,
        long changed,
        long refusedNan,
        long unmatchedImages,
        long ambiguousImages,
        List<UnmatchedTruth> unmatched,
        List<TeacherMetrics> teachers,
        List<PairMetrics> pairs,
        List<Disagreement> disagreements,
        @Nullable Recommendation recommendation,
        List<String> notes) {

    /**
     * One teacher.
     *
     * @param predictions directories of its tables
     * @param model id of its model
     * @param precision requested precision of the model, such as {@code fp32}
     * @param images images that it classified, whether or not the others did
     * @param n images of its top-1: the compared ones with a truth
     * @param top1 share of these images whose first prediction is correct
     * @param top1Low lower bound of its 95 % Wilson interval
     * @param top1High upper bound
     * @param imagesPerSecond speed of the last run that labeled something and ended normally, null if unknown
     * @param macs multiply-accumulate operations per image, null if the architecture is unknown
     */
    public record TeacherMetrics(
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
     * @param a index of the first teacher
     * @param b index of the second teacher
     * @param n images compared
     * @param agreement share of the images for which both predict the same class
     * @param kappa Cohen's kappa of their predictions; null, as it is undefined, if both predict one class for all images
     * @param bothRight images with a truth for which both are correct
     * @param onlyA images for which only a is correct
     * @param onlyB images for which only b is correct
     * @param bothWrong images for which both are wrong
     * @param difference top-1 of b minus top-1 of a
     * @param differenceLow lower bound of its 95 % Wald interval
     * @param differenceHigh upper bound
     * @param mcnemarP two-sided p value of McNemar's exact test that both have the same accuracy
     */
    public record PairMetrics(
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
     * An image on which teachers disagree.
     *
     * @param path path of the image
     * @param truthIndex index of the true class, null if unknown
     * @param truthLabel its name, or null
     * @param predictions top prediction of each teacher
     */
    public record Disagreement(
            String path,
            @Nullable Integer truthIndex,
            @Nullable String truthLabel,
            List<TopPrediction> predictions) {}

    /**
     * The prediction with the highest score.
     *
     * @param classIndex index of the class
     * @param label its name, which other classes can share
     * @param score score of the class
     */
    public record TopPrediction(int classIndex, String label, float score) {}

    /**
     * Which teacher to use.
     *
     * @param best index of the teacher with the best top-1
     * @param cheapest index of the cheapest teacher within 0.5 points of the best top-1
     * @param reason one sentence with the numbers
     */
    public record Recommendation(int best, int cheapest, String reason) {}
}
