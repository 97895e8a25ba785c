package dev.cardinal.job.label;

import dev.cardinal.zoo.PublicApi;
import java.util.function.LongSupplier;

/** Receives the progress of a labeling run. Called on the driver, from one thread. */
@PublicApi
public interface LabelProgress {

    /** Shows nothing. */
    LabelProgress NONE = new LabelProgress() {
        @Override
        public void step(String what) {}

        @Override
        public void labeling(long total, LongSupplier done) {}

        @Override
        public void finished() {}
    };

    /** Starts a step of unknown length. */
    void step(String what);

    /** Shows a line that the user should read, which stays. */
    default void note(String text) {}

    /**
     * Starts labeling.
     *
     * @param total number of images to label
     * @param done number of images labeled so far; may be too high, because images of retried tasks count again; may be called
     *     from any thread
     */
    void labeling(long total, LongSupplier done);

    /** Ends the run: the display can be cleared. Called at least once, however the run ends. */
    void finished();
}
