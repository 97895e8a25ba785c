package dev.cardinal.job.evaluate;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How well predictions agree with the truth; {@code metrics.json}.
 *
 * @param model the model the predictions come from
 * @param n images that were classified and whose truth is a class of the model
 * @param top1 share whose first prediction is right
 * @param top1Low lower bound of its 95 % Wilson interval
 * @param top1High upper bound
 * @param top5 share with the right class among the first five; null where fewer are stored
 * @param top5Low lower bound of its 95 % Wilson interval, or null
 * @param top5High upper bound, or null
 * @param notClassified images with a truth whose status is not ok
 * @param unmatched truths that mean no class of the model, the commonest first
 * @param perClass figures of every class of the model
 */
public record Metrics(
        String model,
        long n,
        double top1,
        double top1Low,
        double top1High,
        @Nullable Double top5,
        @Nullable Double top5Low,
        @Nullable Double top5High,
        long notClassified,
        List<Unmatched> unmatched,
        List<ClassMetrics> perClass) {

    /**
     * A truth that means no class.
     *
     * @param truth its text
     * @param count rows that have it
     */
    public record Unmatched(String truth, long count) {}

    /**
     * Figures of one class.
     *
     * @param classIndex its index
     * @param label its name
     * @param n images of this class
     * @param top1 share of them whose first prediction is right, null where there are none
     * @param top1Low lower bound of its 95 % Wilson interval, or null
     * @param top1High upper bound, or null
     */
    public record ClassMetrics(
            int classIndex,
            String label,
            long n,
            @Nullable Double top1,
            @Nullable Double top1Low,
            @Nullable Double top1High) {}
}
