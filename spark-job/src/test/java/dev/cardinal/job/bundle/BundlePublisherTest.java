package dev.cardinal.job.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.job.DemoBundle;
import dev.cardinal.udf.bundle.BundleReader;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.card.BundleCard;
import dev.cardinal.zoo.card.GoldenSample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BundlePublisherTest {
    private static final BundleReader READER = new BundleReader(new Configuration());

    @TempDir
    private static Path shared;

    private static Path bundle;

    private final BundlePublisher store = new BundlePublisher(new Configuration());

    @TempDir
    private Path directory;

    private Path target;

    @BeforeAll
    static void importModel() throws IOException {
        bundle = Path.of(DemoBundle.importTo(shared.resolve("bundle")));
    }

    @BeforeEach
    void setTarget() {
        target = directory.resolve("models/my model");
    }

    @Test
    void publishedBundleIsReadBack() throws IOException {
        store.publish(bundle, path(target));

        BundleCard card = READER.read(path(target));
        assertThat(card).isEqualTo(READER.read(path(bundle)));
        assertThat(card.card().id()).isEqualTo(DemoBundle.ID);
        assertThat(store.existing(path(target))).contains(card);
        assertThat(target.resolve("saved_model.pb")).hasSameBinaryContentAs(bundle.resolve("saved_model.pb"));
        assertThat(target.getParent())
                .as("no other files in the directory")
                .isDirectoryNotContaining(p -> !p.equals(target));
    }

    @Test
    void bundleOnTheSameDiskIsMoved() throws IOException {
        Files.createDirectories(target);
        Path work = store.createWorkDirectory(path(target));
        Path built = work.resolve("bundle");
        store.publish(bundle, path(built));

        store.moveOrPublish(built, path(target));

        assertThat(work).hasParent(target.getParent()).isEmptyDirectory();
        assertThat(READER.read(path(target))).isEqualTo(READER.read(path(bundle)));
    }

    @Test
    void failedMoveLeavesTheOutputUnchanged() throws IOException {
        Files.createDirectories(target);
        Files.writeString(target.resolve("thesis.txt"), "precious");
        Path built = store.createWorkDirectory(path(target)).resolve("bundle");
        store.publish(bundle, path(built));

        assertThatThrownBy(() -> store.moveOrPublish(built, path(target))).isInstanceOf(IOException.class);
        assertThat(target).isDirectoryContaining("glob:**/thesis.txt").isDirectoryNotContaining("glob:**/*.pb");
    }

    @Test
    void publishingDoesNotChangeTheCachedFileSystem() throws IOException {
        store.publish(bundle, path(target));

        FileSystem others = FileSystem.getLocal(new Configuration());
        others.create(path(directory.resolve("data"))).close();
        assertThat(directory.resolve(".data.crc")).exists();
        assertThat(target.resolve(".saved_model.pb.crc")).doesNotExist();
    }

    @Test
    void bundleIsPublishedToAnEmptyDirectory() throws IOException {
        Files.createDirectories(target);

        assertThat(store.existing(path(target))).isEmpty();
        store.publish(bundle, path(target));

        assertThat(target.resolve("saved_model.pb")).exists();
    }

    @Test
    void outputWithOtherFilesIsRejectedAndUnchanged() throws IOException {
        Files.createDirectories(target);
        Files.writeString(target.resolve("thesis.txt"), "precious");

        assertThatThrownBy(() -> store.existing(path(target)))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("already holds something else");
        assertThatThrownBy(() -> store.publish(bundle, path(target))).isInstanceOf(IOException.class);
        assertThat(target.resolve("thesis.txt")).hasContent("precious");
        assertThat(target).isDirectoryNotContaining("glob:**/saved_model.pb");
        assertThat(target.getParent()).isDirectoryNotContaining(p -> !p.equals(target));
    }

    @Test
    void outputThatIsAFileIsRejected() throws IOException {
        Files.createDirectories(target.getParent());
        Files.createFile(target);

        assertThatThrownBy(() -> store.existing(path(target)))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("is a file");
    }

    @Test
    void errorNamesTheMissingModel() throws IOException {
        assertThatThrownBy(() -> READER.read(path(target)))
                .isInstanceOf(CardinalException.class)
                .hasMessage("model " + target + " does not exist");
        assertThat(store.existing(path(target))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                BundleCard.CARD_FILE,
                BundleCard.LABELS_FILE,
                GoldenSample.IMAGE_FILE,
                GoldenSample.LOGITS_FILE,
                "saved_model.pb",
                "variables/variables.index"
            })
    void bundleWithAMissingFileIsIncomplete(String missing) throws IOException {
        store.publish(bundle, path(target));
        Files.delete(target.resolve(missing));

        assertThatThrownBy(() -> READER.read(path(target)))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("is an incomplete bundle: missing " + missing + ";")
                .hasMessageContaining("cardinal import");
    }

    @Test
    void fileIsNotABundle() throws IOException {
        Path file = Files.createFile(directory.resolve("weights.pth"));

        assertThatThrownBy(() -> READER.read(path(file)))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining(file + " is an incomplete bundle");
    }

    @Test
    void labelsThatContradictTheCardAreCorrupt() throws IOException {
        store.publish(bundle, path(target));
        Path labels = target.resolve(BundleCard.LABELS_FILE);
        Files.writeString(labels, Files.readString(labels).replace("Sandal", "Sandals"));

        assertThatThrownBy(() -> READER.read(path(target)))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("is corrupt")
                .hasMessageContaining("labels.txt");
    }

    @Test
    void errorNamesACardThatIsNotJson() throws IOException {
        store.publish(bundle, path(target));
        Path card = target.resolve(BundleCard.CARD_FILE);
        Files.writeString(card, Files.readString(card).substring(100));

        assertThatThrownBy(() -> READER.read(path(target)))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("card.json");
    }

    private static org.apache.hadoop.fs.Path path(Path local) {
        return new org.apache.hadoop.fs.Path(local.toString());
    }
}
