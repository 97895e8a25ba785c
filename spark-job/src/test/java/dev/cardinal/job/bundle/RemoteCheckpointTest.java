package dev.cardinal.job.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.job.FaultyFileSystem;
import dev.cardinal.job.Safetensors;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.ImportProgress;
import dev.cardinal.zoo.card.ModelCatalog;
import dev.cardinal.zoo.convert.ImportRequest.HashPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Imports the weights of a demo model from a file system that is not the local one: in one file, in shards, and as directories. */
class RemoteCheckpointTest {
    private static final String DEMO = "fashion_resnext11_4x4d";

    @TempDir
    private Path directory;

    private Path store;

    @BeforeEach
    void writeShards() throws IOException {
        store = Files.createDirectory(directory.resolve("store"));
        Safetensors.Shards demo = Safetensors.demo(DEMO);
        Files.write(
                store.resolve("model-00001-of-00002.safetensors"), demo.first().array());
        Files.write(
                store.resolve("model-00002-of-00002.safetensors"), demo.second().array());
        Files.writeString(
                store.resolve("model.safetensors.index.json"),
                demo.index("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"));
        Files.write(store.resolve("optimizer.pt"), new byte[10]);
    }

    @Test
    void indexIsFetchedWithItsShards() throws IOException {
        ImportJob.Result result = run("store/model.safetensors.index.json");

        assertThat(result.bundle().modelId()).startsWith(DEMO);
        assertThat(result.outcome()).isEqualTo(ImportJob.Outcome.WRITTEN);
    }

    @Test
    void directoryGivesTheSameModelAndIsNamedAsTheUserDid() throws IOException {
        ImportJob.Result result = run("store");

        assertThat(result.bundle().modelId())
                .isEqualTo(run("store/model.safetensors.index.json").bundle().modelId());
        assertThat(result.notes())
                .anyMatch(note -> note.equals("read model.safetensors.index.json in directory faulty:" + store));
    }

    @Test
    void missingShardIsNamed() throws IOException {
        Files.delete(store.resolve("model-00002-of-00002.safetensors"));

        assertThatThrownBy(() -> run("store"))
                .isInstanceOf(CardinalException.class)
                .hasMessage("checkpoint faulty:" + store
                        + "/model.safetensors.index.json (index of shards) lists 2 shards, but its"
                        + " directory does not contain model-00002-of-00002.safetensors; download them too");
    }

    @Test
    void oneShardIsExplainedWithItsRemoteName() {
        assertThatThrownBy(() -> run("store/model-00001-of-00002.safetensors"))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("checkpoint faulty:" + store + "/model-00001-of-00002.safetensors do not match")
                .hasMessageContaining(
                        "it is part 1 of 2 of a sharded model: give the index file, model.safetensors.index.json");
    }

    @Test
    void directoryWithoutWeightsIsRefused() throws IOException {
        Files.createDirectory(directory.resolve("empty"));

        assertThatThrownBy(() -> run("empty"))
                .isInstanceOf(CardinalException.class)
                .hasMessage("checkpoint faulty:" + directory.resolve("empty")
                        + " is a directory with no checkpoint; give the file of the weights");
    }

    private ImportJob.Result run(String checkpoint) throws IOException {
        Configuration configuration = new Configuration();
        configuration.set(FaultyFileSystem.CONFIGURATION_KEY, FaultyFileSystem.class.getName());
        Path output = Files.createTempDirectory(directory, "models").resolve("model");
        return new ImportJob(configuration, ImportProgress.NONE)
                .run(new ImportJob.Request(
                        ModelCatalog.find(DEMO),
                        "faulty:" + directory.resolve(checkpoint),
                        null,
                        null,
                        HashPolicy.WARN_ON_MISMATCH,
                        null,
                        output.toString()));
    }
}
