package dev.cardinal.job.doctor;

import dev.cardinal.udf.store.StoreException;
import dev.cardinal.zoo.CardinalException;
import java.nio.file.FileSystemException;

/** What went wrong, in one line. */
final class Failures {
    private Failures() {}

    /** The message that is meant for the user, where an exception or one of its causes has one; else what it says, and its root. */
    static String explain(Throwable failure) {
        Throwable root = failure;
        while (true) {
            if (root instanceof CardinalException || root instanceof StoreException) {
                return String.join(
                        "; ", String.valueOf(root.getMessage()).lines().toList());
            }
            Throwable cause = root.getCause();
            if (cause == null || cause == root) {
                break;
            }
            root = cause;
        }
        boolean isToldByItsClass = failure.getMessage() == null || failure instanceof FileSystemException;
        String what = Texts.line(isToldByItsClass ? failure.toString() : failure.getMessage());
        return root == failure ? what : what + " (" + Texts.line(root.toString()) + ")";
    }
}
