package dev.cardinal.job.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.job.DemoModel;
import dev.cardinal.zoo.BundleCard;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.GoldenSample;
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

class BundleStoreTest {
    @TempDir
    private static Path shared;

    private static Path bundle;

    private final BundleStore store = new BundleStore(new Configuration());

    @TempDir
    private Path directory;

    private Path target;

    @BeforeAll
    static void importModel() throws IOException {
        bundle = Path.of(DemoModel.importTo(shared.resolve("bundle")));
    }

    @BeforeEach
    void nameTarget() {
        target = directory.resolve("models/my model");
    }

    @Test
    void publishedBundleIsReadBack() throws IOException {
        store.publish(bundle, path(target));

        BundleCard card = store.read(path(target));
        assertThat(card).isEqualTo(store.read(path(bundle)));
        assertThat(card.card().id()).isEqualTo(DemoModel.ID);
        assertThat(store.occupant(path(target))).contains(card);
        assertThat(target.resolve("saved_model.pb")).hasSameBinaryContentAs(bundle.resolve("saved_model.pb"));
        assertThat(target.getParent()).as("nothing is left beside it").isDirectoryNotContaining(p -> !p.equals(target));
    }

    @Test
    void bundleBuiltBesideItsPlaceIsMovedThere() throws IOException {
        Files.createDirectories(target);
        Path work = store.workDirectory(path(target));
        Path built = work.resolve("bundle");
        store.publish(bundle, path(built));

        store.place(built, path(target));

        assertThat(work).hasParent(target.getParent()).isEmptyDirectory();
        assertThat(store.read(path(target))).isEqualTo(store.read(path(bundle)));
    }

    @Test
    void bundleThatCannotBePlacedLeavesTheOutputAsItIs() throws IOException {
        Files.createDirectories(target);
        Files.writeString(target.resolve("thesis.txt"), "precious");
        Path built = store.workDirectory(path(target)).resolve("bundle");
        store.publish(bundle, path(built));

        assertThatThrownBy(() -> store.place(built, path(target))).isInstanceOf(IOException.class);
        assertThat(target).isDirectoryContaining("glob:**/thesis.txt").isDirectoryNotContaining("glob:**/*.pb");
    }

    @Test
    void publishingLeavesTheFileSystemOfOthersAsItWas() throws IOException {
        store.publish(bundle, path(target));

        FileSystem others = FileSystem.getLocal(new Configuration());
        others.create(path(directory.resolve("data"))).close();
        assertThat(directory.resolve(".data.crc")).exists();
        assertThat(target.resolve(".saved_model.pb.crc")).doesNotExist();
    }

    @Test
    void emptyDirectoryTakesABundle() throws IOException {
        Files.createDirectories(target);

        assertThat(store.occupant(path(target))).isEmpty();
        store.publish(bundle, path(target));

        assertThat(target.resolve("saved_model.pb")).exists();
    }

    @Test
    void occupiedOutputIsLeftAsItIs() throws IOException {
        Files.createDirectories(target);
        Files.writeString(target.resolve("thesis.txt"), "precious");

        assertThatThrownBy(() -> store.occupant(path(target)))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("already holds something else");
        assertThatThrownBy(() -> store.publish(bundle, path(target))).isInstanceOf(IOException.class);
        assertThat(target.resolve("thesis.txt")).hasContent("precious");
        assertThat(target).isDirectoryNotContaining("glob:**/saved_model.pb");
        assertThat(target.getParent()).isDirectoryNotContaining(p -> !p.equals(target));
    }

    @Test
    void fileIsNoOutput() throws IOException {
        Files.createDirectories(target.getParent());
        Files.createFile(target);

        assertThatThrownBy(() -> store.occupant(path(target)))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("is a file");
    }

    @Test
    void missingModelIsNamed() throws IOException {
        assertThatThrownBy(() -> store.read(path(target)))
                .isInstanceOf(CardinalException.class)
                .hasMessage("model " + target + " does not exist");
        assertThat(store.occupant(path(target))).isEmpty();
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
    void directoryThatLacksAFileIsNoWholeBundle(String missing) throws IOException {
        store.publish(bundle, path(target));
        Files.delete(target.resolve(missing));

        assertThatThrownBy(() -> store.read(path(target)))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("is no whole Cardinal bundle: it has no " + missing + ";")
                .hasMessageContaining("cardinal import");
    }

    @Test
    void fileIsNoBundle() throws IOException {
        Path file = Files.createFile(directory.resolve("weights.pth"));

        assertThatThrownBy(() -> store.read(path(file)))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining(file + " is no whole Cardinal bundle");
    }

    @Test
    void labelsThatContradictTheCardAreDamage() throws IOException {
        store.publish(bundle, path(target));
        Path labels = target.resolve(BundleCard.LABELS_FILE);
        Files.writeString(labels, Files.readString(labels).replace("Sandal", "Sandals"));

        assertThatThrownBy(() -> store.read(path(target)))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("is damaged")
                .hasMessageContaining("labels.txt");
    }

    @Test
    void cardThatIsNoJsonIsNamed() throws IOException {
        store.publish(bundle, path(target));
        Path card = target.resolve(BundleCard.CARD_FILE);
        Files.writeString(card, Files.readString(card).substring(100));

        assertThatThrownBy(() -> store.read(path(target)))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("card.json");
    }

    private static org.apache.hadoop.fs.Path path(Path local) {
        return new org.apache.hadoop.fs.Path(local.toString());
    }
}
