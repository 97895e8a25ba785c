package dev.cardinal.zoo;

import java.util.function.LongSupplier;

/** Receives the progress of an import, on the thread that runs the import. */
public interface ImportProgress {

    /** Ignores all progress. */
    ImportProgress NONE = new ImportProgress() {
        @Override
        public void step(String what, long totalBytes, LongSupplier doneBytes) {}

        @Override
        public void finished() {}
    };

    /**
     * Begins a step and ends the one before it.
     *
     * @param what what the step does, and to which file
     * @param totalBytes bytes to process; 0 if unknown
     * @param doneBytes supplies the number of bytes processed; may be called from any thread
     */
    void step(String what, long totalBytes, LongSupplier doneBytes);

    /** Ends the last step, so that a display can be cleared. Called one or more times, also if the import fails. */
    void finished();
}
