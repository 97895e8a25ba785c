package dev.cardinal.job.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.job.DemoBundle;
import dev.cardinal.job.ForeignModel;
import dev.cardinal.job.ForeignModel.Input;
import dev.cardinal.job.ForeignModel.Outputs;
import dev.cardinal.udf.bundle.ServedModelReader;
import dev.cardinal.udf.options.LabelOptions.Emit;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.card.BundleCard;
import dev.cardinal.zoo.serving.ServedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServedModelReaderTest {
    private static final String CARD = """
            {"id": "toy",
             "preprocessing": {"crop": 12, "mean": [0.4, 0.4, 0.4], "std": [0.2, 0.2, 0.2]},
             "labels": [{"name": "ant"}, {"name": "bee"}, {"name": "cat"}, {"name": "dog"}, {"name": "eel"}]}
            """;

    @TempDir
    private Path directory;

    private Path model;

    @BeforeEach
    void writeModel() {
        model = directory.resolve("my model");
        ForeignModel.write(
                model,
                "serving_default",
                "x",
                Input.FLOAT_NHWC,
                -1,
                -1,
                new Outputs("logits", "probabilities", "features"));
    }

    @Test
    void cardDescribesASavedModelFromElsewhere() throws IOException {
        ServedModel read = read(CARD);

        assertThat(read.modelId()).matches("toy@[0-9a-f]{12}");
        assertThat(read.labels()).hasSize(5);
        assertThat(read.macs()).isNull();
        assertThat(read.check()).isEqualTo(ServedModel.ServedModelCheck.TRIAL);
    }

    @Test
    void operationsAreCountedFromTheArchitectureInTheCard() throws IOException {
        String architecture = "\"architecture\": {\"family\": \"resnet\", \"stem\": \"cifar\", \"block\": \"basic\","
                + " \"layers\": [1], \"cardinality\": 1, \"base_width\": 64, \"classes\": 5}, ";

        // 12 x 12 x (3 x 3 x 3 x 64 + 2 x 3 x 3 x 64 x 64) + 64 x 5
        assertThat(read(CARD.replace("\"labels\"", architecture + "\"labels\"")).macs())
                .isEqualTo(144L * (1_728 + 73_728) + 320);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        "crop": 12      | "crop": 13
        0.4, 0.4, 0.4   | 0.4, 0.4, 0.5
        0.2, 0.2, 0.2   | 0.2, 0.2, 0.3
        "ant"           | "auk"
        "ant"           | "ant", "id": "n1"
        "id": "toy"     | "id": "toy", "output": {"logits": "probabilities"}
        """)
    void fingerprintChangesWithEverythingThatChangesRows(String part, String other) throws IOException {
        assertThat(read(CARD.replace(part, other)).fingerprint())
                .isNotEqualTo(read(CARD).fingerprint());
    }

    @Test
    void fingerprintChangesWithTheWeights() throws IOException {
        String before = read(CARD).fingerprint();
        Path weights = model.resolve("variables/variables.data-00000-of-00001");
        byte[] bytes = Files.readAllBytes(weights);
        bytes[10]++;
        Files.write(weights, Arrays.copyOf(bytes, bytes.length + 1));

        assertThat(read(CARD).fingerprint()).isNotEqualTo(before);
    }

    @Test
    void fingerprintIgnoresFilesThatTensorFlowDoesNotRead() throws IOException {
        String before = read(CARD).fingerprint();
        Files.writeString(model.resolve("README.md"), "hello");
        Files.writeString(model.resolve("variables/.DS_Store"), "hello");

        assertThat(read(CARD.replace("\"id\": \"toy\"", "\"id\": \"other\"")).fingerprint())
                .isEqualTo(before);
    }

    @Test
    void bundleIsReadWithoutACardAndRejectedWithOne() throws IOException {
        Path bundle = Path.of(DemoBundle.importTo(directory.resolve("bundle")));

        assertThat(store(bundle, null, Set.of(Emit.LOGITS, Emit.FEATURES)).cardId())
                .isEqualTo(DemoBundle.ID);
        assertThatThrownBy(() -> store(bundle, card(CARD), Set.of()))
                .isInstanceOf(CardinalException.class)
                .hasMessage("--card " + directory.resolve("card.json") + " is for SavedModels made elsewhere; model "
                        + bundle + " has its own card: omit --card");
    }

    @Test
    void savedModelWithoutACardIsRejected() {
        assertThatThrownBy(() -> store(model, null, Set.of()))
                .isInstanceOf(CardinalException.class)
                .hasMessage("model " + model + " is a SavedModel without " + BundleCard.CARD_FILE
                        + ", so 'cardinal import' did not create it: describe it with --card FILE.json");
    }

    @Test
    void directoryWithoutASavedModelIsRejected() {
        assertThatThrownBy(() -> store(directory, card(CARD), Set.of()))
                .isInstanceOf(CardinalException.class)
                .hasMessage("model " + directory + " is not a SavedModel: missing saved_model.pb");
        assertThatThrownBy(() -> store(directory.resolve("gone"), card(CARD), Set.of()))
                .hasMessage("model " + directory.resolve("gone") + " does not exist");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        "crop": 12  | "crop": 12, "corp": 3                      | card.json: preprocessing.corp is an unknown field
        "id": "toy" | "id": "toy", "input": {"layout": "chwn"}   | card.json: input.layout must be one of nhwc, nchw, not 'chwn'
        "id": "toy" | "id": "toy", "input": {"name": "y"}        | the card's input.name is y, but there is no such input
        "id": "toy" | "id": "toy", "signature": "predict"        | has no signature predict, only serving_default;
        , {"name": "eel"} | ''                                   | output logits has 5 classes, but the card has 4 labels
        """)
    void cardThatDoesNotMatchTheModelIsRejected(String part, String other, String problem) {
        assertThatThrownBy(() -> read(CARD.replace(part, other)))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining(problem);
    }

    private ServedModel read(String card) throws IOException {
        return store(model, card(card), Set.of());
    }

    private Path card(String json) throws IOException {
        return Files.writeString(directory.resolve("card.json"), json);
    }

    private static ServedModel store(Path model, @Nullable Path card, Set<Emit> emit) throws IOException {
        return new ServedModelReader(new Configuration())
                .read(new org.apache.hadoop.fs.Path(model.toString()), card, emit);
    }
}
