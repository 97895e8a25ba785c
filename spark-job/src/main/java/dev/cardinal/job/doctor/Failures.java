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
        String message = failure.getMessage();
        // What a FileSystemException says is but a path.
        String what =
                Texts.line(message == null || failure instanceof FileSystemException ? failure.toString() : message);
        return root == failure ? what : what + " (" + Texts.line(root.toString()) + ")";
    }
}
