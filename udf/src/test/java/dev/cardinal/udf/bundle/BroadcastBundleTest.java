package dev.cardinal.udf.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.udf.LocalSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BroadcastBundleTest {
    private static final int CHUNK_BYTES = 8;
    private static final String FINGERPRINT = "0123456789abcdef";

    @TempDir
    private Path directory;

    private Path bundle;
    private Path executor;

    @BeforeEach
    void makeDirectories() throws IOException {
        bundle = Files.createDirectories(directory.resolve("a bundle"));
        executor = Files.createDirectories(directory.resolve("executor"));
    }

    @ParameterizedTest(name = "a file of {0} bytes, in chunks of 8")
    @ValueSource(ints = {0, 1, 7, 8, 9, 16, 17})
    void fileOfAnySizeIsCopiedCompletely(int size) throws IOException {
        byte[] content = bytes(size);
        Files.write(bundle.resolve("weights"), content);

        assertThat(broadcast().materialize(executor).resolve("weights")).hasBinaryContent(content);
    }

    @Test
    void bundleIsCopiedWithItsDirectoriesAndNothingElse() throws IOException {
        writeBundle();

        Path installed = broadcast().materialize(executor);

        assertThat(installed).isEqualTo(executor.resolve(FINGERPRINT));
        assertThat(installed.resolve("saved_model.pb")).hasBinaryContent(bytes(20));
        assertThat(installed.resolve("variables/variables.data-00000-of-00001")).hasBinaryContent(bytes(33));
        assertThat(executor).isDirectoryNotContaining(path -> !path.equals(installed));
    }

    @Test
    void intactCopyIsNotReplaced() throws IOException {
        writeBundle();
        BroadcastBundle files = broadcast();
        Path model = files.materialize(executor).resolve("saved_model.pb");
        FileTime longAgo = FileTime.fromMillis(0);
        Files.setLastModifiedTime(model, longAgo);

        files.materialize(executor);

        assertThat(Files.getLastModifiedTime(model)).isEqualTo(longAgo);
    }

    @ParameterizedTest
    @ValueSource(strings = {"changed", "truncated", "deleted", "a file instead"})
    void corruptCopyIsReplaced(String damage) throws IOException {
        writeBundle();
        BroadcastBundle files = broadcast();
        Path model = files.materialize(executor).resolve("saved_model.pb");
        switch (damage) {
            case "changed" -> Files.write(model, new byte[20]);
            case "truncated" -> Files.write(model, bytes(19));
            case "deleted" -> Files.delete(model);
            default -> {
                try (Stream<Path> paths = Files.walk(model.getParent())) {
                    for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                        Files.delete(path);
                    }
                }
                Files.createFile(model.getParent());
            }
        }

        files.materialize(executor);

        assertThat(model).hasBinaryContent(bytes(20));
        assertThat(executor).isDirectoryNotContaining(path -> !path.endsWith(FINGERPRINT));
    }

    @Test
    void concurrentExecutorsAllGetTheBundle() throws IOException {
        writeBundle();
        BroadcastBundle files = broadcast();
        for (int round = 0; round < 20; round++) {
            Path parent = Files.createDirectory(executor.resolve("round" + round));
            ConcurrentLinkedQueue<Path> installed = new ConcurrentLinkedQueue<>();

            IntStream.range(0, 8).parallel().forEach(i -> {
                try {
                    Path path = files.materialize(parent);
                    assertThat(path.resolve("saved_model.pb")).hasBinaryContent(bytes(20));
                    installed.add(path);
                } catch (IOException e) {
                    throw new AssertionError("executor " + i, e);
                }
            });

            assertThat(installed).hasSize(8);
            assertThat(parent).isDirectoryNotContaining(path -> !path.endsWith(FINGERPRINT));
        }
    }

    @Test
    void destroyedBundleCannotBeCopiedAndLeavesNothingBehind() throws IOException {
        writeBundle();
        BroadcastBundle files = broadcast();
        files.destroy();

        assertThatThrownBy(() -> files.materialize(executor)).hasMessageContaining("destroyed");
        assertThat(executor).isEmptyDirectory();
    }

    private void writeBundle() throws IOException {
        Files.createDirectories(bundle.resolve("variables"));
        Files.write(bundle.resolve("saved_model.pb"), bytes(20));
        Files.write(bundle.resolve("variables/variables.data-00000-of-00001"), bytes(33));
    }

    private BroadcastBundle broadcast() throws IOException {
        return BroadcastBundle.of(
                LocalSpark.context(),
                FileSystem.getLocal(new Configuration()),
                new org.apache.hadoop.fs.Path(bundle.toUri()),
                FINGERPRINT,
                CHUNK_BYTES);
    }

    private static byte[] bytes(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }
}
