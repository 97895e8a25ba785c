package dev.cardinal.job.evaluate;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.cardinal.job.truth.UnmatchedTruth;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How well predictions agree with the truth: the content of {@code metrics.json}, in which the groups of numbers are not nested.
 * Intervals are 95 % Wilson intervals.
 *
 * @param model id of the model
 * @param predictions directories of the predictions tables
 * @param n evaluated images: classified, with finite scores and logits, and with a truth that is a class of the model
 * @param accuracy how many of them are correct
 * @param calibration how well scores predict whether an image is correct
 * @param excluded images that are not evaluated
 * @param classesWithoutTruth names of the classes that are not the truth of any image
 * @param confusions the 100 most frequent pairs of a truth and a wrong prediction
 * @param perClass metrics of every class of the model
 * @param errors 24 wrong predictions, chosen by a hash of the path, so that they are the same every time
 * @param selection precision of a selection at every K; null if the request names no selection
 * @param labelErrors images whose truth is probably wrong; null if the request does not ask for them
 * @param notes sentences about how the truth was read
 */
public record Metrics(
        String model,
        List<String> predictions,
        long n,
        @JsonUnwrapped AccuracyMetrics accuracy,
        @JsonUnwrapped CalibrationMetrics calibration,
        @JsonUnwrapped ExcludedCounts excluded,
        List<String> classesWithoutTruth,
        List<Confusion> confusions,
        List<ClassMetrics> perClass,
        List<WrongPrediction> errors,
        @Nullable List<PrecisionAt> selection,
        @Nullable LabelErrors labelErrors,
        List<String> notes) {

    /**
     * Shares of images that are correct.
     *
     * @param top1 share of the images whose first prediction is correct
     * @param top1Low lower bound of its interval
     * @param top1High upper bound
     * @param top5 share of the images with the true class among the first five; null if fewer are stored
     * @param top5Low lower bound of its interval, or null
     * @param top5High upper bound, or null
     */
    public record AccuracyMetrics(
            double top1,
            double top1Low,
            double top1High,
            @Nullable Double top5,
            @Nullable Double top5Low,
            @Nullable Double top5High) {}

    /**
     * How well scores predict whether an image is correct.
     *
     * @param ece expected calibration error of the top-1 score in 15 equal bins
     * @param mce maximum calibration error of the same bins
     * @param nll mean negative log-likelihood of the truth, in nats; null without logits
     * @param temperature the temperature that minimizes it; null without logits
     * @param reliability the 15 bins
     * @param classReliability the bins of every class that was predicted
     */
    public record CalibrationMetrics(
            double ece,
            double mce,
            @Nullable Double nll,
            @Nullable Temperature temperature,
            List<ReliabilityBin> reliability,
            List<ClassReliability> classReliability) {}

    /**
     * Numbers of images that are not evaluated.
     *
     * @param notClassified images with a truth that were not classified
     * @param withoutTruth images without a truth
     * @param refusedNan classified images with a truth that are not evaluated because a score or a logit is NaN or infinite
     * @param unmatchedImages images whose truth is not a class of the model
     * @param ambiguousImages those of them whose truth is the name of several classes
     * @param unmatched truths that are not a class, the 100 most frequent ones
     */
    public record ExcludedCounts(
            long notClassified,
            long withoutTruth,
            long refusedNan,
            long unmatchedImages,
            long ambiguousImages,
            List<UnmatchedTruth> unmatched) {}

    /**
     * The temperature T that minimizes the negative log-likelihood of softmax(logits / T).
     *
     * @param value T, from 0.001 (if sharper is always better, for example because every prediction is correct) to 1000
     * @param nll mean negative log-likelihood at T
     * @param ece expected calibration error at T
     */
    public record Temperature(double value, double nll, double ece) {
        /** Returns whether T is one of the limits of the search. */
        public boolean atBound() {
            return value == TemperatureFit.MIN || value == TemperatureFit.MAX;
        }
    }

    /**
     * The images whose top-1 score is between two edges.
     *
     * @param low the lower edge, which is outside of the bin
     * @param high the upper edge, which is inside
     * @param n images
     * @param accuracy share of the images that are correct, null for an empty bin
     * @param confidence their mean score, null for an empty bin
     */
    public record ReliabilityBin(
            double low,
            double high,
            long n,
            @Nullable Double accuracy,
            @Nullable Double confidence) {}

    /**
     * The images whose first prediction is one class, in the same bins.
     *
     * @param classIndex index of the predicted class
     * @param n number of images by bin
     * @param correct number of them whose truth is the class
     */
    public record ClassReliability(int classIndex, List<Long> n, List<Long> correct) {}

    /**
     * Images whose truth is probably wrong, by confident learning.
     *
     * @param images images that were judged
     * @param issues images that are confidently of another class than their truth
     * @param estimatedShare estimated share of images whose truth is wrong: the sum of the joint matrix outside of its diagonal
     * @param suspects the 24 most suspicious images; the table {@code suspects/} has as many as were requested
     */
    public record LabelErrors(long images, long issues, double estimatedShare, List<Suspect> suspects) {}

    /**
     * An image whose truth is probably wrong.
     *
     * @param path path of the image
     * @param truthLabel name of its true class, according to the truth
     * @param suggestedLabel name of the most probable other class
     * @param selfConfidence probability of the truth
     * @param margin probability of the truth minus that of the other class
     */
    public record Suspect(
            String path, String truthLabel, String suggestedLabel, double selfConfidence, double margin) {}

    /**
     * Images of one class that were classified as another.
     *
     * @param truthIndex index of the true class
     * @param truthLabel its name
     * @param predictedIndex index of the predicted class
     * @param predictedLabel its name
     * @param n number of images
     */
    public record Confusion(int truthIndex, String truthLabel, int predictedIndex, String predictedLabel, long n) {}

    /**
     * Metrics of one class.
     *
     * @param classIndex its index
     * @param label its name
     * @param n images of this class
     * @param top1 share of these images whose first prediction is this class (recall), null if the class has no images
     * @param top1Low lower bound of its interval, or null
     * @param top1High upper bound, or null
     * @param top5 share of these images with this class among the first five, null if the class has no images or fewer are
     *     stored
     * @param top5Low lower bound of its interval, or null
     * @param top5High upper bound, or null
     * @param predicted images whose first prediction is this class
     * @param precision share of those whose truth is this class, null if there are none
     */
    public record ClassMetrics(
            int classIndex,
            String label,
            long n,
            @Nullable Double top1,
            @Nullable Double top1Low,
            @Nullable Double top1High,
            @Nullable Double top5,
            @Nullable Double top5Low,
            @Nullable Double top5High,
            long predicted,
            @Nullable Double precision) {}

    /**
     * A wrong prediction.
     *
     * @param path path of the image
     * @param truthLabel name of the true class
     * @param predictedLabel name of the predicted class
     * @param score score of the predicted class
     */
    public record WrongPrediction(String path, String truthLabel, String predictedLabel, float score) {}

    /**
     * Precision of a selection up to a rank.
     *
     * @param k the rank
     * @param selected entries of the selection up to this rank; an image counts in every class that selected it
     * @param withTruth entries whose image has a truth, even if it is not a class of the model
     * @param precision share of these whose truth is the class that selected them, null if there are none
     * @param low lower bound of its interval, or null
     * @param high upper bound, or null
     * @param perClass the same for every class of the model
     */
    public record PrecisionAt(
            int k,
            long selected,
            long withTruth,
            @Nullable Double precision,
            @Nullable Double low,
            @Nullable Double high,
            List<ClassPrecision> perClass) {}

    /**
     * Precision of the selection of one class.
     *
     * @param classIndex its index
     * @param label its name
     * @param selected images that the class selected
     * @param withTruth those with a truth, even if it is not a class of the model
     * @param right those whose truth is this class
     * @param precision share of correct images among those with a truth, null if there are none
     * @param low lower bound of its interval, or null
     * @param high upper bound, or null
     */
    public record ClassPrecision(
            int classIndex,
            String label,
            long selected,
            long withTruth,
            long right,
            @Nullable Double precision,
            @Nullable Double low,
            @Nullable Double high) {}
}
