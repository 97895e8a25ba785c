package dev.cardinal.zoo.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** Assertions for hostile files, and parts of such files. */
final class HostileFiles {
    /** Processor time, because a busy machine must not fail a test. */
    private static final Duration TIME_LIMIT = Duration.ofSeconds(2);

    private static final long ALLOCATED_BYTES = 48 << 20;
    private static final long ALLOCATED_BYTES_PER_FILE_BYTE = 200;

    private HostileFiles() {}

    /**
     * Asserts that a file is refused fast, with little memory, and with a short message of one line that contains these
     * parts.
     */
    static void assertRefused(Path file, String... parts) throws IOException {
        assertFastAndSmall(file, () -> assertThatExceptionOfType(CardinalException.class)
                .isThrownBy(() -> Checkpoint.open(file).close())
                .satisfies(e -> assertThat(e)
                        .hasMessageContainingAll(parts)
                        .message()
                        .doesNotContain("\n")
                        .hasSizeLessThan(2000)));
    }

    /** Asserts that a read of a file is fast and allocates no more memory than its size justifies. */
    static void assertFastAndSmall(Path file, Runnable reading) throws IOException {
        long allocated = allocatedBytes();
        long start = processorNanos();
        reading.run();
        assertThat(Duration.ofNanos(processorNanos() - start))
                .as("processor time")
                .isLessThan(TIME_LIMIT);
        assertThat(allocatedBytes() - allocated)
                .as("bytes allocated")
                .isLessThan(ALLOCATED_BYTES + ALLOCATED_BYTES_PER_FILE_BYTE * Files.size(file));
    }

    /** Returns {@code 2^length} strings with the same {@link String#hashCode}. */
    static List<String> textsWithTheSameHash(int length) {
        List<String> texts = List.of("");
        for (int i = 0; i < length; i++) {
            texts = texts.stream()
                    .flatMap(text -> Stream.of(text + "Aa", text + "BB"))
                    .toList();
        }
        return texts;
    }

    private static long processorNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static long allocatedBytes() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }
}
