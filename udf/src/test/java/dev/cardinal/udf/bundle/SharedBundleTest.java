package dev.cardinal.udf.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.udf.FailingFileSystem;
import dev.cardinal.udf.LocalSpark;
import dev.cardinal.udf.fs.Retry;
import dev.cardinal.udf.fs.StoreException;
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

class SharedBundleTest {
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
    void bundleIsCopiedToTheLocalDiskAndNothingElse() throws IOException {
        Path installed = shared().materialize(executor);

        assertThat(installed).isEqualTo(executor.resolve(FINGERPRINT));
        assertThat(installed.resolve("saved_model.pb")).hasBinaryContent(bytes(20));
        assertThat(installed.resolve(WEIGHTS)).hasBinaryContent(bytes(3 << 20));
        assertThat(executor).isDirectoryNotContaining(path -> !path.equals(installed));
    }

    @Test
    void temporaryStoreFailureIsRetried() throws IOException {
        SharedBundle files = shared();
        FailingFileSystem.FAILURES.add(new SocketTimeoutException("Read timed out"));

        assertThat(files.materialize(executor).resolve(WEIGHTS)).hasBinaryContent(bytes(3 << 20));
    }

    @Test
    void lastingStoreFailureFailsAndLeavesNothingBehind() throws IOException {
        SharedBundle files = shared();
        FailingFileSystem.FAILURES.add(new SocketTimeoutException("Read timed out"));
        FailingFileSystem.FAILURES.add(new SocketTimeoutException("Read timed out"));

        assertThatThrownBy(() -> files.materialize(executor))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("failed 2 times");
        assertThat(executor).isEmptyDirectory();
    }

    @Test
    void missingFileIsReportedWithTheExecutorAndAdvice() throws IOException {
        SharedBundle files = shared();
        Files.delete(bundle.resolve("saved_model.pb"));

        assertThatThrownBy(() -> files.materialize(executor))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("a bundle/saved_model.pb cannot be read on executor driver at ")
                .hasMessageContaining("use --model-distribution broadcast");
        assertThat(executor).isEmptyDirectory();
    }

    @Test
    void forbiddenFileIsReported() throws IOException {
        SharedBundle files = shared();
        FailingFileSystem.FAILURES.add(new AccessDeniedException("saved_model.pb"));

        assertThatThrownBy(() -> files.materialize(executor))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("AccessDenied");
    }

    @Test
    void bundleThatChangedAfterTheDriverReadItIsRejected() throws IOException {
        SharedBundle files = shared();
        Files.write(bundle.resolve(WEIGHTS), bytes(7));

        assertThatThrownBy(() -> files.materialize(executor))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining(
                        "differs from what the driver read, or has changed since then: model file " + WEIGHTS);
        assertThat(executor).isEmptyDirectory();
    }

    private SharedBundle shared() throws IOException {
        return SharedBundle.of(
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
