package dev.cardinal.job.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.job.TestSpark;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScratchTableTest {
    @TempDir
    private Path directory;

    @Test
    void rowsCanBeReadUntilTheTableIsClosed() throws IOException {
        Path output = directory.resolve("a/b");

        try (ScratchTable table = below(output)) {
            table.append(TestSpark.session().range(10).toDF("n"));
            table.append(TestSpark.session().range(5).toDF("n"));

            assertThat(TestSpark.session()
                            .read()
                            .parquet(table.directory().toString())
                            .count())
                    .isEqualTo(15);
            assertThat(table.directory().getParent().toString()).isEqualTo("file:" + output);
        }

        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void existingDirectoriesAreKept() throws IOException {
        Path output = Files.createDirectories(directory.resolve("a/b"));

        below(output).close();

        assertThat(output).isEmptyDirectory();
    }

    @Test
    void filesOfOthersAreKept() throws IOException {
        Path output = directory.resolve("a/b");

        try (ScratchTable table = below(output)) {
            Files.createFile(directory.resolve("a/other"));
            assertThat(table.directory().getName()).startsWith(".");
        }

        assertThat(entries()).containsExactly("a", "a/other");
    }

    @Test
    void directoryThatIsNotATableIsRejected() throws IOException {
        Files.createFile(directory.resolve("other"));

        assertThatThrownBy(() -> below(directory))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("already holds something else (other)");

        assertThat(entries()).containsExactly("other");
    }

    @Test
    void failedCreationLeavesNothingBehind() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));

        assertThatThrownBy(() -> below(file.resolve("output"))).isInstanceOf(IOException.class);

        assertThat(entries()).containsExactly("file");
        assertThat(file).isEmptyFile();
    }

    @Test
    void leftoversOfAKilledProcessAreAcceptedAndRemoved() throws IOException {
        Path left = directory.resolve(".cardinal-doctor-0123");
        Files.createDirectories(left.resolve("_temporary/0"));
        Files.createDirectories(left.resolve("_cardinal"));
        PredictionTable.at(new org.apache.hadoop.fs.Path(directory.toUri()), new Configuration())
                .requireOurs();

        below(directory).close();

        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void tableOfALivingProcessIsKept() throws IOException {
        try (ScratchTable first = below(directory)) {
            below(directory).close();

            assertThat(entries()).contains(first.directory().getName());
        }
    }

    private static ScratchTable below(Path output) throws IOException {
        return ScratchTable.below(output.toString(), new Configuration(), Clock.systemUTC());
    }

    private List<String> entries() throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            return all.skip(1)
                    .map(each -> directory.relativize(each).toString())
                    .sorted()
                    .toList();
        }
    }
}
