package dev.cardinal.job.label;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.cardinal.zoo.PublicApi;

/**
 * The stage that a run waited for most, and advice that would make the run faster.
 *
 * @param stage the stage that the run waited for
 * @param share the stage's share of the tasks' time, 0 to 1; for {@link Stage#TASKS}, the share of the cores' time that was work
 * @param advice one line for the user
 */
@PublicApi
public record Bottleneck(Stage stage, double share, String advice) {

    /** A stage that a run can wait for. */
    public enum Stage {
        /** The model, with full batches. */
        @JsonProperty("model")
        MODEL,
        /** The model, with batches that were far from full. */
        @JsonProperty("batches")
        BATCHES,
        /** Images that were being read. */
        @JsonProperty("fetch")
        FETCH,
        /** Images that were being decoded and preprocessed. */
        @JsonProperty("decode")
        DECODE,
        /** Rows that were being written. */
        @JsonProperty("write")
        WRITE,
        /** Tasks: cores had none. */
        @JsonProperty("tasks")
        TASKS
    }

    public Bottleneck {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException("share must be between 0 and 1, not " + share);
        }
    }
}
