package dev.cardinal.udf.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.nio.file.AccessDeniedException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.apache.hadoop.hdfs.BlockMissingException;
import org.junit.jupiter.api.Test;

class RetryTest {
    private final List<Integer> pauses = new ArrayList<>();
    private final Retry retry = new Retry(5, pauses::add);
    private final Deque<IOException> failures = new ArrayDeque<>();

    @Test
    void transientFailuresAreRetried() throws IOException {
        failures.add(new SocketTimeoutException("Read timed out"));
        failures.add(new ConnectException("Connection refused"));
        failures.add(new IOException("Connection reset by peer"));

        assertThat(retry.call("read a.png", this::read)).isEqualTo("bytes");
        assertThat(pauses).containsExactly(1, 2, 3);
    }

    @Test
    void outageFailsAfterTheLastAttemptAndSaysWhatToDo() {
        for (int i = 0; i < 5; i++) {
            failures.add(new IOException("Connection reset by peer\nby 10.0.0.1"));
        }

        assertThatThrownBy(() -> retry.call("read s3a://b/a.png", this::read))
                .isInstanceOf(StoreException.class)
                .hasMessage("cannot read s3a://b/a.png: failed 5 times, last error: Connection reset by peer;"
                        + " run the same command again to continue");
        assertThat(pauses).containsExactly(1, 2, 3, 4);
    }

    @Test
    void refusedConnectionSuggestsCheckingTheAddress() {
        for (int i = 0; i < 5; i++) {
            failures.add(new IOException("no answer", new ConnectException("Connection refused")));
        }

        assertThatThrownBy(() -> retry.call("list s3a://b/", this::read)).hasMessageContaining("fs.s3a.endpoint");
    }

    @Test
    void permanentFailuresAreThrownUnchangedWithoutRetry() {
        IOException gone = new FileNotFoundException("a.png");
        failures.add(gone);
        assertThatThrownBy(() -> retry.call("read a.png", this::read)).isSameAs(gone);

        IOException forbidden = new AccessDeniedException("a.png");
        failures.add(forbidden);
        assertThatThrownBy(() -> retry.call("read a.png", this::read)).isSameAs(forbidden);

        assertThat(pauses).isEmpty();
    }

    @Test
    void rejectedCredentialsAreReportedWithoutRetryAndWithAdvice() {
        failures.add(FailureKindTest.s3a(403, "ExpiredToken"));

        assertThatThrownBy(() -> retry.call("read s3a://b/a.png", this::read))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("cannot read s3a://b/a.png: the store refuses the credentials (ExpiredToken)")
                .hasMessageContaining("fs.s3a.aws.credentials.provider");
        assertThat(pauses).isEmpty();
    }

    @Test
    void lostBlockIsRetriedAndThenThrownUnchanged() {
        IOException lost = new BlockMissingException("/a.png", "no live nodes contain block", 0);
        for (int i = 0; i < 5; i++) {
            failures.add(lost);
        }

        assertThatThrownBy(() -> retry.call("read hdfs:/a.png", this::read)).isSameAs(lost);
        assertThat(pauses).hasSize(4);
    }

    @Test
    void nestedCallsDoNotMultiplyTheAttempts() {
        for (int i = 0; i < 100; i++) {
            failures.add(new IOException("Connection reset by peer"));
        }

        assertThatThrownBy(() -> retry.call("list b", () -> retry.call("read a", this::read)))
                .hasMessageContaining("cannot read a");
        assertThat(failures).hasSize(95);
    }

    private String read() throws IOException {
        IOException failure = failures.poll();
        if (failure != null) {
            throw failure;
        }
        return "bytes";
    }
}
