package dev.cardinal.udf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.udf.store.Retry;
import dev.cardinal.udf.store.StoreException;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.util.SerializableConfiguration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedFilesTest {
    private static final String FINGERPRINT = "0123456789abcdef";
    private static final String WEIGHTS = "variables/variables.data-00000-of-00001";

    @TempDir
    private Path directory;

    private Path bundle;
    private Path executor;
    private final Configuration configuration = FailingFileSystem.configuration();

    @BeforeEach
    void writeBundle() throws IOException {
        configuration.setInt(Retry.TRIES, 2);
        bundle = Files.createDirectories(directory.resolve("a bundle"));
        executor = Files.createDirectories(directory.resolve("executor"));
        Files.createDirectories(bundle.resolve("variables"));
        Files.write(bundle.resolve("saved_model.pb"), bytes(20));
        Files.write(bundle.resolve(WEIGHTS), bytes(3 << 20));
    }

    @AfterEach
    void forgetFailures() {
        FailingFileSystem.FAILURES.clear();
    }

    @Test
    void bundleIsCopiedToTheLocalDiskAndNothingElseIs() throws IOException {
        Path placed = shared().place(executor);

        assertThat(placed).isEqualTo(executor.resolve(FINGERPRINT));
        assertThat(placed.resolve("saved_model.pb")).hasBinaryContent(bytes(20));
        assertThat(placed.resolve(WEIGHTS)).hasBinaryContent(bytes(3 << 20));
        assertThat(executor).isDirectoryNotContaining(path -> !path.equals(placed));
    }

    @Test
    void storeThatFailsForAMomentIsAskedAgain() throws IOException {
        SharedFiles files = shared();
        FailingFileSystem.FAILURES.add(new SocketTimeoutException("Read timed out"));

        assertThat(files.place(executor).resolve(WEIGHTS)).hasBinaryContent(bytes(3 << 20));
    }

    @Test
    void outageFailsTheRunAndLeavesNothing() throws IOException {
        SharedFiles files = shared();
        FailingFileSystem.FAILURES.add(new SocketTimeoutException("Read timed out"));
        FailingFileSystem.FAILURES.add(new SocketTimeoutException("Read timed out"));

        assertThatThrownBy(() -> files.place(executor))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("failed 2 times");
        assertThat(executor).isEmptyDirectory();
    }

    @Test
    void directoryThatAnExecutorDoesNotSeeIsNamedWithWhatToDo() throws IOException {
        SharedFiles files = shared();
        Files.delete(bundle.resolve("saved_model.pb"));

        assertThatThrownBy(() -> files.place(executor))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("a bundle/saved_model.pb cannot be read on executor driver at ")
                .hasMessageContaining("use --model-distribution broadcast");
        assertThat(executor).isEmptyDirectory();
    }

    @Test
    void forbiddenFileIsNamedToo() throws IOException {
        SharedFiles files = shared();
        FailingFileSystem.FAILURES.add(new AccessDeniedException("saved_model.pb"));

        assertThatThrownBy(() -> files.place(executor))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("AccessDenied");
    }

    @Test
    void bundleThatHasChangedSinceIsRefused() throws IOException {
        SharedFiles files = shared();
        Files.write(bundle.resolve(WEIGHTS), bytes(7));

        assertThatThrownBy(() -> files.place(executor))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("is not what the driver has read, or has changed since: model file " + WEIGHTS);
        assertThat(executor).isEmptyDirectory();
    }

    private SharedFiles shared() throws IOException {
        return SharedFiles.of(
                new org.apache.hadoop.fs.Path("failing:" + bundle),
                FINGERPRINT,
                LocalSpark.context().broadcast(new SerializableConfiguration(configuration)));
    }

    private static byte[] bytes(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }
}
