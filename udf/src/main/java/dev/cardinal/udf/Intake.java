package dev.cardinal.udf;

import dev.cardinal.udf.ImageWindow.Room;

/**
 * What happens to the images of a task before the model. Each comes to its pixels or to its result; a failure fails the task.
 *
 * <p>The task closes it, which ends all that is under way. Images are put in by one thread. Lives on an executor.
 *
 * @param <I> an image as the task is given it
 */
interface Intake<I> extends AutoCloseable {

    /** The room that an image will take in the window. */
    Room room(I image);

    /** Takes an image in if the window has room for it. */
    boolean offer(I image);

    /** No image follows. */
    void end();

    @Override
    void close();
}
