package dev.cardinal.udf.fs;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import org.apache.hadoop.hdfs.BlockMissingException;
import org.apache.hadoop.hdfs.CannotObtainBlockLengthException;
import org.apache.hadoop.security.AccessControlException;
import org.jspecify.annotations.Nullable;

/**
 * Classifies the failure of a file system or object store.
 *
 * <p>S3A's own exceptions are recognized by class name, because S3A is on the class path only if it is used. S3's error
 * code is read from their messages, where it follows the status (<a
 * href="https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html">S3's codes</a>).
 */
public enum FailureKind {
    /** The file does not exist. */
    GONE,
    /** The user has no permission to read the file. */
    FORBIDDEN,
    /** No server that stores a block of the file answers; the next attempt may find one that does. */
    LOST,
    /** The store rejects the credentials, or there is no such store: no file is available. */
    REFUSED,
    /** Another attempt would fail too. */
    PERMANENT,
    /** The thread was interrupted. */
    INTERRUPTED,
    /** Anything else: the next attempt may succeed. */
    TRANSIENT;

    private static final String S3A = "org.apache.hadoop.fs.s3a.";
    private static final String UNKNOWN_STORE = S3A + "UnknownStoreException";
    private static final String MISSING_CREDENTIALS = S3A + "CredentialInitializationException";
    private static final String REDIRECT = S3A + "AWSRedirectException";
    private static final Set<String> BAD_REQUEST =
            Set.of(S3A + "AWSBadRequestException", S3A + "AWSUnsupportedFeatureException");
    private static final Set<String> REJECTED_CREDENTIALS = Set.of(
            "AccountProblem",
            "ExpiredToken",
            "InvalidAccessKeyId",
            "InvalidSecurity",
            "InvalidToken",
            "NotSignedUp",
            "RequestExpired",
            "RequestTimeTooSkewed",
            "SignatureDoesNotMatch",
            "TokenRefreshRequired",
            "UnauthorizedAccess");
    private static final Set<String> WRONG_REGION = Set.of("AuthorizationHeaderMalformed", "PermanentRedirect");
    private static final String REQUEST_TIMEOUT = "RequestTimeout";
    private static final Pattern CODE = Pattern.compile("Status Code: \\d+[^()]*\\):([A-Za-z]+)(:|$)");

    /** Classifies a failure by the exception and its causes. */
    public static FailureKind of(IOException failure) {
        List<Throwable> chain = chain(failure);
        if (refusal(failure).isPresent()) {
            return REFUSED;
        }
        for (Throwable at : chain) {
            if (at instanceof FileNotFoundException || at instanceof NoSuchFileException) {
                return GONE;
            }
            if (at instanceof BlockMissingException || at instanceof CannotObtainBlockLengthException) {
                return LOST;
            }
            if (at instanceof AccessDeniedException || at instanceof AccessControlException) {
                return FORBIDDEN;
            }
            if (at instanceof UnsupportedFileSystemException
                    || (isOneOf(at, BAD_REQUEST) && !code(at).equals(REQUEST_TIMEOUT))) {
                return PERMANENT;
            }
            if (at instanceof ClosedByInterruptException
                    || (at instanceof InterruptedIOException && !(at instanceof SocketTimeoutException))) {
                return INTERRUPTED;
            }
        }
        return TRANSIENT;
    }

    /** Returns why a store rejects this user and what to do about it; empty for any other failure. */
    static Optional<String> refusal(IOException failure) {
        for (Throwable at : chain(failure)) {
            String code = code(at);
            if (REJECTED_CREDENTIALS.contains(code)) {
                return Optional.of("the store refuses the credentials (" + code
                        + "); renew or correct the credentials that fs.s3a.aws.credentials.provider finds");
            }
            if (isOneOf(at, Set.of(MISSING_CREDENTIALS))) {
                return Optional.of("no credentials found; provide them through one of the providers that"
                        + " fs.s3a.aws.credentials.provider lists, such as the environment variables AWS_ACCESS_KEY_ID"
                        + " and AWS_SECRET_ACCESS_KEY");
            }
            if (isOneOf(at, Set.of(UNKNOWN_STORE)) || code.equals("NoSuchBucket")) {
                return Optional.of("there is no such bucket; check its name and the store's fs.s3a.endpoint");
            }
            if (isOneOf(at, Set.of(REDIRECT)) || WRONG_REGION.contains(code)) {
                return Optional.of(
                        "the bucket is in another region; set fs.s3a.endpoint.region to the bucket's region");
            }
        }
        return Optional.empty();
    }

    private static List<Throwable> chain(Throwable failure) {
        List<Throwable> chain = new ArrayList<>();
        for (Throwable at = failure; at != null && !chain.contains(at); at = at.getCause()) {
            chain.add(at);
        }
        return chain;
    }

    /** Returns S3's error code, empty if there is none. */
    private static String code(Throwable at) {
        Matcher matcher = CODE.matcher(String.valueOf(at.getMessage()));
        return matcher.find() ? matcher.group(1) : "";
    }

    private static boolean isOneOf(Throwable at, Set<String> classes) {
        for (@Nullable Class<?> type = at.getClass(); type != null; type = type.getSuperclass()) {
            if (classes.contains(type.getName())) {
                return true;
            }
        }
        return false;
    }
}
