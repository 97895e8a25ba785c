package dev.cardinal.udf.fs;

import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.Optional;

/**
 * A store that is unavailable for now, or that rejects this user. The message says which operation failed, why, and
 * what to do; the exception fails the run. Serializable: it has no cause, because the store's own exceptions are not
 * serializable, but it has the stack trace of the store's exception.
 */
public final class StoreException extends IOException {
    private static final long serialVersionUID = 1L;

    private StoreException(String message, IOException failure) {
        super(message);
        setStackTrace(failure.getStackTrace());
    }

    /** Reports a store whose last attempt failed too. */
    static StoreException outage(String what, int tries, IOException last) {
        return new StoreException(
                "cannot " + what + ": failed " + tries + " times, last error: " + firstLine(last) + hint(last)
                        + "; run the same command again to continue",
                last);
    }

    /** Reports that this user may not read any image, judging by the first ones of a task. */
    public static StoreException allForbidden(int images, IOException last) {
        return new StoreException(
                "may not read any of the first " + images + " images of a task: " + firstLine(last)
                        + "; get permission to read them (on S3: s3:GetObject) or exclude them, and run the same"
                        + " command again",
                last);
    }

    /**
     * Explains any failure to the user, with advice if there is any.
     *
     * @param what the operation that failed, such as {@code list s3a://bucket/photos}
     */
    public static StoreException explaining(String what, IOException failure) {
        if (failure instanceof StoreException already) {
            return already;
        }
        return new StoreException("cannot " + what + ": " + why(failure), failure);
    }

    private static String why(IOException failure) {
        Optional<String> refusal = FailureKind.refusal(failure);
        if (refusal.isPresent()) {
            return refusal.get() + " (" + firstLine(failure) + ")";
        }
        if (FailureKind.of(failure) == FailureKind.FORBIDDEN) {
            return "it is forbidden; check the credentials (on S3, those that fs.s3a.aws.credentials.provider finds)"
                    + " and their permissions (" + firstLine(failure) + ")";
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
                return " (is the store's address correct? On S3 it is fs.s3a.endpoint)";
            }
        }
        return "";
    }
}
