package dev.cardinal.job.label;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.job.DemoBundle;
import dev.cardinal.job.ToyTable;
import dev.cardinal.job.source.SourceSpec;
import dev.cardinal.udf.options.LabelOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.hadoop.conf.Configuration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests to label into a table of a catalog, checked without Spark. */
class CatalogRequestTest {
    private static final String TABLE = "table:ice.db.t";

    @TempDir
    private Path directory;

    private String model;

    @BeforeEach
    void importModel() throws IOException {
        model = DemoBundle.importTo(directory.resolve("model"));
        Files.createDirectory(directory.resolve("images"));
    }

    @Test
    void tableNeedsAStateDirectory() throws IOException {
        assertThat(problems(TABLE, null))
                .containsExactly(
                        "--output table:ice.db.t needs --state DIR, a directory for its run records and its lock");
        assertThat(problems(TABLE, directory.resolve("state").toString())).isEmpty();
    }

    @Test
    void directoryNeedsNoStateDirectory() throws IOException {
        String output = directory.resolve("output").toString();

        assertThat(problems(output, directory.resolve("state").toString()))
                .containsExactly("--state is for an --output table:CATALOG.DB.NAME; the directory " + output
                        + " has its run records itself: leave out --state");
    }

    @Test
    void snapshotCannotBeWritten() throws IOException {
        assertThat(problems(TABLE + "@7", directory.resolve("state").toString()))
                .containsExactly(
                        "output table:ice.db.t@7 names a snapshot, to which no rows can be added: leave out @ and"
                                + " what follows");
    }

    @Test
    void stateDirectoryInsideTheInputIsRefused() throws IOException {
        assertThat(problems(TABLE, directory.resolve("images/state").toString()))
                .singleElement()
                .asString()
                .contains("is inside input");
    }

    @Test
    void stateDirectoryOfAnotherTableIsRefused() throws IOException {
        String state = directory.resolve("state").toString();
        record(state, "table:ice.db.other");

        assertThat(problems(TABLE, state))
                .contains("file:" + state + " has the run records of table:ice.db.other, not of table:ice.db.t: name"
                        + " another directory");
        assertThat(problems(state, null))
                .anyMatch(problem -> problem.contains("has the run records of table:ice.db.other"));
    }

    /** Writes the record of a run with this output. */
    private void record(String state, String output) throws IOException {
        Path own = Path.of(ToyTable.of("toy@0123456789ab").write(directory.resolve("toy"), List.of()));
        String json = Files.readString(own.resolve("_cardinal/run.json"));
        Files.createDirectories(Path.of(state, "_cardinal"));
        Files.writeString(
                Path.of(state, "_cardinal/run.json"),
                json.replaceFirst("\"options\"\\s*:\\s*\\{", "\"options\": {\"output\": \"" + output + "\", "));
    }

    private List<String> problems(String output, @Nullable String state) throws IOException {
        return LabelJob.problems(
                new LabelRequest(
                        model,
                        null,
                        SourceSpec.of(List.of(directory.resolve("images").toString())),
                        Optional.of(output),
                        Optional.ofNullable(state),
                        Long.MAX_VALUE,
                        LabelOptions.defaults(),
                        OptionalInt.empty(),
                        1,
                        TableOptions.KEEP),
                new Configuration());
    }
}
