package dev.cardinal.job.evaluate;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How well predictions agree with the truth; {@code metrics.json}. Intervals are 95 % Wilson intervals.
 *
 * @param model the model the predictions come from
 * @param predictions directories of their tables
 * @param n images that count: classified, with finite scores and logits, and with a truth that is a class of the model
 * @param top1 share whose first prediction is right
 * @param top1Low lower bound of its interval
 * @param top1High upper bound
 * @param top5 share with the right class among the first five; null where fewer are stored
 * @param top5Low lower bound of its interval, or null
 * @param top5High upper bound, or null
 * @param ece expected calibration error of the top-1 score in 15 equal bins
 * @param mce maximum calibration error of the same bins
 * @param nll mean negative log-likelihood of the truth, in nats; null without logits
 * @param temperature the one that makes it least; null without logits
 * @param notClassified images with a truth that were not classified
 * @param withoutTruth images without a truth
 * @param refusedNan classified images with a truth that do not count, as a score or a logit is NaN or infinite
 * @param unmatchedImages images with a truth that means no class of the model
 * @param unmatched such truths, the commonest 100
 * @param classesWithoutTruth names of the classes that no image's truth means
 * @param reliability the 15 bins
 * @param confusions the commonest 100 pairs of a truth and a wrong prediction
 * @param perClass figures of every class of the model
 * @param errors 24 wrong predictions, chosen by a hash of the path: the same every time
 * @param selection precision of a selection, a row for every K; null where none was named
 */
public record Metrics(
        String model,
        List<String> predictions,
        long n,
        double top1,
        double top1Low,
        double top1High,
        @Nullable Double top5,
        @Nullable Double top5Low,
        @Nullable Double top5High,
        double ece,
        double mce,
        @Nullable Double nll,
        @Nullable Temperature temperature,
        long notClassified,
        long withoutTruth,
        long refusedNan,
        long unmatchedImages,
        List<Unmatched> unmatched,
        List<String> classesWithoutTruth,
        List<ReliabilityBin> reliability,
        List<Confusion> confusions,
        List<ClassMetrics> perClass,
        List<Mistake> errors,
        @Nullable List<PrecisionAt> selection) {

    /**
     * The temperature T with the least negative log-likelihood of softmax(logits / T).
     *
     * @param value T, from 0.001 (where sharper is always better, as where all images are right) to 1000
     * @param nll the likelihood there
     * @param ece expected calibration error there
     */
    public record Temperature(double value, double nll, double ece) {
        /** Whether no T between the bounds is the best. */
        public boolean atBound() {
            return value == TemperatureFit.MIN || value == TemperatureFit.MAX;
        }
    }

    /**
     * A truth that means no class.
     *
     * @param truth its text
     * @param count rows that have it
     */
    public record Unmatched(String truth, long count) {}

    /**
     * Images whose top-1 score lies between two edges.
     *
     * @param low the lower edge, which does not belong to it
     * @param high the upper edge, which does
     * @param n images
     * @param accuracy share of them that are right, null where there are none
     * @param confidence their mean score, null where there are none
     */
    public record ReliabilityBin(
            double low,
            double high,
            long n,
            @Nullable Double accuracy,
            @Nullable Double confidence) {}

    /**
     * Images of one class that were taken for another.
     *
     * @param truthIndex what they are
     * @param truthLabel its name
     * @param predictedIndex what they were taken for
     * @param predictedLabel its name
     * @param n how many
     */
    public record Confusion(int truthIndex, String truthLabel, int predictedIndex, String predictedLabel, long n) {}

    /**
     * Figures of one class.
     *
     * @param classIndex its index
     * @param label its name
     * @param n images of this class
     * @param top1 share of them whose first prediction is right (recall), null where there are none
     * @param top1Low lower bound of its interval, or null
     * @param top1High upper bound, or null
     * @param top5 share of them with this class among the first five, null where there are none or fewer are stored
     * @param top5Low lower bound of its interval, or null
     * @param top5High upper bound, or null
     * @param predicted images whose first prediction is this class
     * @param precision share of those that are of this class, null where there are none
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
     * @param path the image
     * @param truthLabel what it is
     * @param predictedLabel what it was taken for
     * @param score of that class
     */
    public record Mistake(String path, String truthLabel, String predictedLabel, float score) {}

    /**
     * How much of a selection is right, down to a rank.
     *
     * @param k the rank
     * @param selected entries of the selection of at most this rank; an image counts in every class it was selected for
     * @param withTruth those whose image has a truth, whether or not that is a class of the model
     * @param precision share of these whose truth is the class they were selected for, null where there are none
     * @param low lower bound of its interval, or null
     * @param high upper bound, or null
     * @param perClass the same of every class of the model
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
     * How much of one class's selection is right.
     *
     * @param classIndex its index
     * @param label its name
     * @param selected images selected for it
     * @param withTruth those with a truth, whether or not that is a class of the model
     * @param right those whose truth is this class
     * @param precision share of right ones among those with a truth, null where there are none
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
