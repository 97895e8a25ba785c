package dev.cardinal.job.doctor;

import dev.cardinal.udf.fs.StoreException;
import dev.cardinal.zoo.CardinalException;
import java.nio.file.FileSystemException;

/** Explains exceptions in one line. */
final class Failures {
    private Failures() {}

    /**
     * Returns the message for the user if an exception or one of its causes has one; otherwise the exception's message and its root
     * cause.
     */
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
        // The message of a FileSystemException is only a path.
        String what = line(message == null || failure instanceof FileSystemException ? failure.toString() : message);
        return root == failure ? what : what + " (" + line(root.toString()) + ")";
    }

    /** Returns the first line of a text, without control characters. */
    static String line(String text) {
        return text.lines().findFirst().orElse("").replaceAll("\\p{Cntrl}", "?");
    }
}
