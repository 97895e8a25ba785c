package dev.cardinal.udf.pipeline;

import dev.cardinal.udf.image.Preparation;
import dev.cardinal.udf.model.Classifier.Scores;

/**
 * Converts rows with images to results. Called only by the task's thread; lives on an executor.
 *
 * @param <K> what was kept of a row
 * @param <R> the result of a row
 */
public interface ClassifiedRowMapper<K, R> {

    /** Returns the result of a row that has no image. */
    R withoutImage(K row);

    /** Returns the result of a row whose image was classified. */
    R classified(K row, Scores scores);

    /** Returns the result of a row whose image could not be prepared. */
    R rejected(K row, Preparation.Rejected rejected);
}
