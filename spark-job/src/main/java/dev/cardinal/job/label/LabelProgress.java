package dev.cardinal.job.label;

import java.util.function.LongSupplier;

/** Follows a labelling run. Called on the driver, from one thread. */
public interface LabelProgress {

    /** Shows nothing. */
    LabelProgress NONE = new LabelProgress() {
        @Override
        public void step(String what) {}

        @Override
        public void labelling(long total, LongSupplier done) {}

        @Override
        public void finished() {}
    };

    /** A step of unknown length begins. */
    void step(String what);

    /**
     * Labelling begins.
     *
     * @param total images to label
     * @param done images labelled so far, or more: those of tasks that are tried again count again; may be asked from any thread
     */
    void labelling(long total, LongSupplier done);

    /** Nothing more comes; what is shown can be cleared. Called once or more, however the run ends. */
    void finished();
}
