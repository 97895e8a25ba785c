package dev.cardinal.job.common;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFilesTest {
    @TempDir
    private Path directory;

    @Test
    void newFileReplacesThePreviousOneAndLeavesNoTemporaryFile() throws IOException {
        Path parent = directory.resolve("a b/100%25");
        Path file = parent.resolve("report.html");

        write(file, "first, and longer");
        write(file, "second");

        assertThat(file).hasContent("second");
        assertThat(names(parent)).containsExactly("report.html");
    }

    @Test
    void failedWriteLeavesThePreviousFile() throws IOException {
        Path file = directory.resolve("report.html");
        write(file, "first");
        Files.createDirectory(directory.resolve(".report.html.arriving"));

        assertThatThrownBy(() -> write(file, "second")).isInstanceOf(IOException.class);

        assertThat(file).hasContent("first");
    }

    private static void write(Path file, String content) throws IOException {
        AtomicFiles.write(
                new org.apache.hadoop.fs.Path(file.toUri()),
                content.getBytes(StandardCharsets.UTF_8),
                new Configuration());
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}
