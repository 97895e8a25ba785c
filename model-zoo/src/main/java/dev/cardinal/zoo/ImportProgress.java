package dev.cardinal.zoo;

import java.util.function.LongSupplier;

/** Follows an import. Called from the thread that imports. */
public interface ImportProgress {

    /** Shows nothing. */
    ImportProgress NONE = new ImportProgress() {
        @Override
        public void step(String what, long totalBytes, LongSupplier doneBytes) {}

        @Override
        public void finished() {}
    };

    /**
     * A step begins, and the one before it is over.
     *
     * @param what what is being done, to which file
     * @param totalBytes how much there is to do; 0 where it is not known
     * @param doneBytes how much of it is done; may be asked from any thread
     */
    void step(String what, long totalBytes, LongSupplier doneBytes);

    /** Nothing more comes; what is shown can be cleared. Called once or more, however the import ends. */
    void finished();
}
