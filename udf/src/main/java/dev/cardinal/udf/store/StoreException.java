package dev.cardinal.udf.store;

import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.Optional;

/**
 * A store that gives nothing, for now or to this user. Its message says what was asked of it, why it failed and what to do; it
 * fails the run. Serializable, without the store's own exceptions, which are not: its suppressed stack traces are plain ones.
 */
public final class StoreException extends IOException {
    private static final long serialVersionUID = 1L;

    private StoreException(String message, IOException failure) {
        super(message);
        setStackTrace(failure.getStackTrace());
    }

    /** A store that has failed too often. */
    static StoreException outage(String what, int tries, IOException last) {
        return new StoreException(
                "cannot " + what + ": failed " + tries + " times, at last with " + firstLine(last) + hint(last)
                        + "; run the same command again to continue",
                last);
    }

    /** Images that this user may not read, so many that it will be all. */
    public static StoreException allForbidden(int images, IOException last) {
        return new StoreException(
                "may not read any of the first " + images + " images of a task: " + firstLine(last)
                        + "; get the right to read them (on S3 s3:GetObject), or leave them out, and run the same command"
                        + " again",
                last);
    }

    /**
     * Any failure, said so that its user can do something about it.
     *
     * @param what was to be done, such as {@code list s3a://bucket/photos}
     */
    public static StoreException explaining(String what, IOException failure) {
        if (failure instanceof StoreException already) {
            return already;
        }
        return new StoreException("cannot " + what + ": " + why(failure), failure);
    }

    private static String why(IOException failure) {
        Optional<String> refusal = StoreFailure.refusal(failure);
        if (refusal.isPresent()) {
            return refusal.get() + " (" + firstLine(failure) + ")";
        }
        if (StoreFailure.of(failure) == StoreFailure.FORBIDDEN) {
            return "it is forbidden; check the credentials, on S3 those that fs.s3a.aws.credentials.provider finds, and what"
                    + " they give a right to (" + firstLine(failure) + ")";
        }
        return firstLine(failure) + hint(failure);
    }

    private static String firstLine(IOException failure) {
        String text = failure.getMessage() == null ? failure.toString() : failure.getMessage();
        return text.lines().findFirst().orElse(failure.toString());
    }

    private static String hint(IOException failure) {
        for (Throwable at = failure; at != null && at.getCause() != at; at = at.getCause()) {
            if (at instanceof UnknownHostException || at instanceof ConnectException) {
                return " (is the store's address right? For S3 it is fs.s3a.endpoint)";
            }
        }
        return "";
    }
}
