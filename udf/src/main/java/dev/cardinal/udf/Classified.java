package dev.cardinal.udf;

import dev.cardinal.udf.Classifier.Scores;
import dev.cardinal.udf.image.Preparation;

/**
 * What becomes of rows with images. Called by the thread of the task alone; lives on an executor.
 *
 * @param <K> what was kept of a row
 * @param <R> what it becomes
 */
public interface Classified<K, R> {

    /** A row that has no image. */
    R withoutImage(K row);

    /** A row whose image was classified. */
    R classified(K row, Scores scores);

    /** A row whose image gave no pixels. */
    R rejected(K row, Preparation.Rejected rejected);
}
