package dev.cardinal.job.select;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SelectOutputTest {
    private static final Clock CLOCK = Clock.systemUTC();

    @TempDir
    private Path directory;

    @Test
    void tablesAppearWithTheRecordAndNothingElseRemains() throws IOException {
        try (SelectOutput output = at("out")) {
            output.begin(CLOCK);
            Files.createDirectories(localPath(output.scratch("images")));
            write(output, "selection", "rows");
            write(output, "classes", "classes");
            for (String name : List.of("_SUCCESS", ".part-0.parquet.crc", "._SUCCESS.crc")) {
                Files.createFile(localPath(output.table("selection")).resolve(name));
            }
            assertThat(directory.resolve("out/selection")).doesNotExist();

            output.finish("{}".getBytes(UTF_8));
        }

        assertThat(directory.resolve("out/selection")).isDirectoryNotContaining("regex:.*/[._][^/]*");

        assertThat(directory.resolve("out/selection/part-0.parquet")).hasContent("rows");
        assertThat(directory.resolve("out/classes/part-0.parquet")).hasContent("classes");
        assertThat(directory.resolve("out/run.json")).hasContent("{}");
        assertThat(directory.resolve("out")).isDirectoryNotContaining("regex:.*(_work|manifest)");
    }

    @Test
    void failedRunLeavesNothing() throws IOException {
        try (SelectOutput output = at("out")) {
            output.begin(CLOCK);
            write(output, "selection", "rows");
        }

        assertThat(directory.resolve("out")).isEmptyDirectory();
    }

    @Test
    void filesOfARunThatDiedAreReplaced() throws IOException {
        file("out/_work/some-run/selection/part-0.parquet");
        file("out/selection/part-0.parquet");
        file("out/selection/.part-0.parquet.crc");
        file("out/selection/_temporary/0/part-1.parquet");
        file("out/classes/part-0.parquet");
        file("out/manifest/part-0.csv");
        try (SelectOutput output = at("out")) {
            output.requireVacant();
            output.begin(CLOCK);
            write(output, "selection", "rows");
            write(output, "classes", "classes");
            output.finish("{}".getBytes(UTF_8));
        }

        assertThat(directory.resolve("out/selection")).isDirectoryNotContaining("regex:.*part-1.*|.*_temporary");
        assertThat(directory.resolve("out/selection/part-0.parquet")).hasContent("rows");
        assertThat(directory.resolve("out")).isDirectoryNotContaining("regex:.*(_work|manifest)");
    }

    @Test
    void finishedSelectionIsNotReplaced() throws IOException {
        file("out/selection/part-0.parquet");
        file("out/run.json");

        assertThatThrownBy(() -> at("out").requireVacant())
                .isInstanceOf(CardinalException.class)
                .hasMessage(
                        "output file:" + directory + "/out already holds a finished selection; name another --output");
    }

    @ParameterizedTest
    @ValueSource(strings = {"thesis.txt", "selection/thesis.txt", "classes/cats/part-0.parquet", "selection"})
    void otherFilesAreNotReplaced(String name) throws IOException {
        file("out/" + name);
        Files.createDirectories(directory.resolve("out/_work"));

        assertThatThrownBy(() -> at("out").requireVacant())
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("already holds something else (" + name.replace("/part-0.parquet", "")
                        + "); name another --output");
    }

    @Test
    void fileIsRejectedAsOutput() throws IOException {
        file("out");

        assertThatThrownBy(() -> at("out").requireVacant())
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("out is a file; name a directory");
    }

    @ParameterizedTest
    @CsvSource({"predictions, true", "predictions/selection, true", "predictions-2, false", "., false"})
    void outputInsidePredictionsIsRejected(String name, boolean isRejected) throws IOException {
        SelectOutput output = at(name);
        List<String> tables = List.of("file:" + directory + "/predictions");

        if (isRejected) {
            assertThatThrownBy(() -> output.requireOutside(tables))
                    .isInstanceOf(CardinalException.class)
                    .hasMessageContaining("is inside predictions file:" + directory + "/predictions");
        } else {
            output.requireOutside(tables);
        }
    }

    @Test
    void tablesWithoutAWorkDirectoryAreNotReplaced() throws IOException {
        file("out/selection/part-0.parquet");
        file("out/manifest/part-0.csv");

        assertThatThrownBy(() -> at("out").requireVacant())
                .isInstanceOf(CardinalException.class)
                .hasMessageMatching(".*already holds something else \\((selection|manifest)\\); name another --output");
    }

    @Test
    void onlyOneRunAtATimeWrites() throws IOException {
        try (SelectOutput first = at("out")) {
            first.begin(CLOCK);
            write(first, "selection", "first");
            write(first, "classes", "first");
            try (SelectOutput second = at("out")) {
                assertThatThrownBy(() -> second.begin(CLOCK))
                        .isInstanceOf(CardinalException.class)
                        .hasMessageContaining("another run is writing to file:" + directory + "/out");
            }
            first.finish("{}".getBytes(UTF_8));
        }

        assertThat(directory.resolve("out/selection/part-0.parquet")).hasContent("first");
        assertThat(directory.resolve("out/_work")).doesNotExist();
    }

    @Test
    void selectionFinishedByAnotherRunAfterTheCheckIsNotReplaced() throws IOException {
        try (SelectOutput late = at("out")) {
            late.requireVacant();
            try (SelectOutput first = at("out")) {
                first.begin(CLOCK);
                write(first, "selection", "first");
                write(first, "classes", "first");
                first.finish("{}".getBytes(UTF_8));
            }

            assertThatThrownBy(() -> late.begin(CLOCK))
                    .isInstanceOf(CardinalException.class)
                    .hasMessageContaining("already holds a finished selection");
        }

        assertThat(directory.resolve("out/selection/part-0.parquet")).hasContent("first");
        assertThat(directory.resolve("out/classes/part-0.parquet")).hasContent("first");
        assertThat(directory.resolve("out/run.json")).hasContent("{}");
    }

    @Test
    void runThatLostItsLockDoesNotFinish() throws IOException {
        try (SelectOutput output = at("out")) {
            output.begin(CLOCK);
            write(output, "selection", "rows");
            write(output, "classes", "classes");
            Files.delete(directory.resolve("out/_work/lock"));

            assertThatThrownBy(() -> output.finish("{}".getBytes(UTF_8)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("lost the lock");
        }

        assertThat(directory.resolve("out/run.json")).doesNotExist();
    }

    @Test
    void selectionWithoutATableIsNotFinished() throws IOException {
        try (SelectOutput output = at("out")) {
            output.begin(CLOCK);
            write(output, "selection", "rows");

            assertThatThrownBy(() -> output.finish("{}".getBytes(UTF_8)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("classes is missing");
        }

        assertThat(directory.resolve("out")).isEmptyDirectory();
    }

    private SelectOutput at(String name) throws IOException {
        return SelectOutput.at(directory.resolve(name).normalize().toString(), new Configuration());
    }

    private static void write(SelectOutput output, String table, String content) throws IOException {
        Path path = localPath(output.table(table));
        Files.createDirectories(path);
        Files.writeString(path.resolve("part-0.parquet"), content);
    }

    private static Path localPath(String uri) {
        return Path.of(uri.replaceFirst("^file:", ""));
    }

    private void file(String name) throws IOException {
        Path path = directory.resolve(name);
        Files.createDirectories(path.getParent());
        Files.writeString(path, "content of " + name);
    }
}
