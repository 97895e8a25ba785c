package dev.cardinal.job.evaluate;

import dev.cardinal.job.truth.TruthAs;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What to evaluate.
 *
 * @param predictions directories of predictions tables of one model
 * @param labels file with the classes of predictions that another program wrote, or null
 * @param truth file or directory, CSV or Parquet, with the truth of images by path or sha256; null for the tables' own
 * @param truthAs what a truth is
 * @param selection directory of a selection whose precision is measured, or null
 * @param at ranks up to which the selection is measured; empty for its K, or else its largest rank, and the halves of that
 * @param suspects number of images whose truth is probably wrong to list; 0 does not look for them
 * @param output directory for {@code metrics.json}
 */
public record EvaluateRequest(
        List<String> predictions,
        @Nullable String labels,
        @Nullable String truth,
        TruthAs truthAs,
        @Nullable String selection,
        List<Integer> at,
        long suspects,
        String output) {
    public EvaluateRequest {
        predictions = List.copyOf(predictions);
        at = List.copyOf(at);
    }

    /** Evaluates without looking for images whose truth is wrong. */
    public EvaluateRequest(
            List<String> predictions,
            @Nullable String labels,
            @Nullable String truth,
            TruthAs truthAs,
            @Nullable String selection,
            List<Integer> at,
            String output) {
        this(predictions, labels, truth, truthAs, selection, at, 0, output);
    }

    /** Evaluates tables that {@code label} wrote. */
    public EvaluateRequest(
            List<String> predictions,
            @Nullable String truth,
            TruthAs truthAs,
            @Nullable String selection,
            List<Integer> at,
            String output) {
        this(predictions, null, truth, truthAs, selection, at, output);
    }

    /** Evaluates predictions alone, with the truth of their tables. */
    public EvaluateRequest(List<String> predictions, TruthAs truthAs, String output) {
        this(predictions, null, truthAs, null, List.of(), output);
    }
}
