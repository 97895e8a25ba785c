package dev.cardinal.udf.fs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.util.stream.Stream;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import org.apache.hadoop.security.AccessControlException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** S3A's own exceptions are compared with real ones in the integration tests. */
class FailureKindTest {
    record Case(IOException failure, FailureKind expected) {}

    static Stream<Case> failures() {
        return Stream.of(
                new Case(new FileNotFoundException("a"), FailureKind.GONE),
                new Case(new IOException("wrapped", new FileNotFoundException("a")), FailureKind.GONE),
                new Case(new AccessControlException("denied"), FailureKind.FORBIDDEN),
                new Case(new UnsupportedFileSystemException("no gopher"), FailureKind.PERMANENT),
                new Case(new InterruptedIOException("stop"), FailureKind.INTERRUPTED),
                new Case(new SocketTimeoutException("Read timed out"), FailureKind.TRANSIENT),
                new Case(new SocketException("Connection reset"), FailureKind.TRANSIENT),
                new Case(new UnknownHostException("s3.example"), FailureKind.TRANSIENT),
                new Case(new EOFException("premature end"), FailureKind.TRANSIENT));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void failureOfAFileSystemIsClassified(Case given) {
        assertThat(FailureKind.of(given.failure())).isEqualTo(given.expected());
    }

    @ParameterizedTest
    @CsvSource({
        "AccessDenied, FORBIDDEN",
        "InvalidObjectState, FORBIDDEN",
        "null, FORBIDDEN",
        "ExpiredToken, REFUSED",
        "InvalidAccessKeyId, REFUSED",
        "SignatureDoesNotMatch, REFUSED",
        "RequestTimeTooSkewed, REFUSED",
        "AuthorizationHeaderMalformed, REFUSED",
        "NoSuchBucket, REFUSED"
    })
    void errorCodeDistinguishesForbiddenObjectsFromRejectedCredentials(String code, FailureKind expected) {
        assertThat(FailureKind.of(s3a(403, code))).isEqualTo(expected);
    }

    @Test
    void objectNamedLikeAnErrorCodeIsNotMistakenForIt() {
        IOException failure = new AccessDeniedException("s3a://b/:ExpiredToken", null, "open s3a://b/:ExpiredToken");

        assertThat(FailureKind.of(failure)).isEqualTo(FailureKind.FORBIDDEN);
    }

    /** Returns an exception as S3A translates a response of the store. */
    static IOException s3a(int status, String code) {
        return new AccessDeniedException(
                "s3a://b/a.png",
                null,
                "open s3a://b/a.png: software.amazon.awssdk.services.s3.model.S3Exception: injected (Service: S3, Status Code: "
                        + status + ", Request ID: null):" + code + ": injected (Service: S3, Status Code: " + status
                        + ", Request ID: null)");
    }
}
