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

/** What every hostile file must come to, and parts of such files. */
final class Hostile {
    private static final Duration SOON = Duration.ofSeconds(2);
    private static final long ALLOCATED_BYTES = 48 << 20;
    private static final long ALLOCATED_BYTES_A_FILE_BYTE = 200;

    private Hostile() {}

    /** The file is refused soon, in one short line with these parts, and without memory that its size does not justify. */
    static void assertRefused(Path file, String... parts) throws IOException {
        assertSoonAndSmall(file, () -> assertThatExceptionOfType(CardinalException.class)
                .isThrownBy(() -> Checkpoint.open(file).close())
                .satisfies(e -> assertThat(e)
                        .hasMessageContainingAll(parts)
                        .message()
                        .doesNotContain("\n")
                        .hasSizeLessThan(2000)));
    }

    static void assertSoonAndSmall(Path file, Runnable reading) throws IOException {
        long allocated = allocatedBytes();
        long start = System.nanoTime();
        reading.run();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).as("time").isLessThan(SOON);
        assertThat(allocatedBytes() - allocated)
                .as("bytes allocated")
                .isLessThan(ALLOCATED_BYTES + ALLOCATED_BYTES_A_FILE_BYTE * Files.size(file));
    }

    /** Two to the power of {@code length} strings, all of the same {@link String#hashCode}. */
    static List<String> textsOfOneHash(int length) {
        List<String> texts = List.of("");
        for (int i = 0; i < length; i++) {
            texts = texts.stream()
                    .flatMap(text -> Stream.of(text + "Aa", text + "BB"))
                    .toList();
        }
        return texts;
    }

    private static long allocatedBytes() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }
}
