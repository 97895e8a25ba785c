package dev.cardinal.udf.store;

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
 * What the failure of a file system or object store means.
 *
 * <p>S3A's own exceptions are known by their names, since it is only in the class path where it is used, and S3's error code
 * stands in their messages, after the status (<a href="https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html">S3's
 * codes</a>).
 */
public enum StoreFailure {
    /** This file is not there. */
    GONE,
    /** This file may not be read. */
    FORBIDDEN,
    /** No server that has a part of this file answers; the next try may find one that does. */
    LOST,
    /** The store does not know this user, or there is no such store: no file is to be had. */
    REFUSED,
    /** Another try would fail as well. */
    PERMANENT,
    /** The thread was asked to end. */
    INTERRUPTED,
    /** Anything else: it may go well the next time. */
    TRANSIENT;

    private static final String S3A = "org.apache.hadoop.fs.s3a.";
    private static final String NO_STORE = S3A + "UnknownStoreException";
    private static final String NO_CREDENTIALS = S3A + "CredentialInitializationException";
    private static final String ELSEWHERE = S3A + "AWSRedirectException";
    private static final Set<String> WRONG_REQUEST =
            Set.of(S3A + "AWSBadRequestException", S3A + "AWSUnsupportedFeatureException");
    private static final Set<String> WRONG_CREDENTIALS = Set.of(
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

    /** What a failure means, by itself and what caused it. */
    public static StoreFailure of(IOException failure) {
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
                    || (isOneOf(at, WRONG_REQUEST) && !code(at).equals(REQUEST_TIMEOUT))) {
                return PERMANENT;
            }
            if (at instanceof ClosedByInterruptException
                    || (at instanceof InterruptedIOException && !(at instanceof SocketTimeoutException))) {
                return INTERRUPTED;
            }
        }
        return TRANSIENT;
    }

    /** Why a store gives nothing to this user and what to do about it; empty for any other failure. */
    static Optional<String> refusal(IOException failure) {
        for (Throwable at : chain(failure)) {
            String code = code(at);
            if (WRONG_CREDENTIALS.contains(code)) {
                return Optional.of("the store refuses the credentials (" + code
                        + "); renew or correct those that fs.s3a.aws.credentials.provider finds");
            }
            if (isOneOf(at, Set.of(NO_CREDENTIALS))) {
                return Optional.of("there are no credentials for it; give them to one of the providers that"
                        + " fs.s3a.aws.credentials.provider names, such as the environment variables AWS_ACCESS_KEY_ID"
                        + " and AWS_SECRET_ACCESS_KEY");
            }
            if (isOneOf(at, Set.of(NO_STORE)) || code.equals("NoSuchBucket")) {
                return Optional.of("there is no such bucket; check its name, and the store's fs.s3a.endpoint");
            }
            if (isOneOf(at, Set.of(ELSEWHERE)) || WRONG_REGION.contains(code)) {
                return Optional.of("the bucket is in another region; set fs.s3a.endpoint.region to the bucket's");
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

    /** S3's code of an error, empty where it has none. */
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
