package dev.cardinal.udf.pipeline;

import dev.cardinal.udf.pipeline.ReorderBuffer.Reservation;

/**
 * The first stage of a task's pipeline: prepares images for the model. Each image ends as pixels or as a result in the reorder
 * buffer; a failure fails the task.
 *
 * <p>The task closes it, which stops all work in progress. Only one thread offers images. Lives on an executor.
 *
 * @param <I> an image as the task receives it
 */
interface PrepareStage<I> extends AutoCloseable {

    /** Returns the space that an image needs in the buffer. */
    Reservation reservation(I image);

    /** Accepts an image if the buffer has room for it; returns whether it does. */
    boolean offer(I image);

    /** Ends the input: no image follows. */
    void end();

    @Override
    void close();
}
