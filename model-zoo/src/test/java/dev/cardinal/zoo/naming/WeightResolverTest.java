package dev.cardinal.zoo.naming;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.card.ModelCatalog;
import dev.cardinal.zoo.checkpoint.ElementType;
import dev.cardinal.zoo.checkpoint.TensorInfo;
import dev.cardinal.zoo.naming.StateDictNames.StoredName;
import dev.cardinal.zoo.naming.WeightMapping.WeightSource;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names and shapes as training frameworks store them; the numbers are those of the cases in reports/checkpoints.md. */
class WeightResolverTest {
    private static final Path FILE = Path.of("last.pth");
    private static final FakeStateDict NET = FakeStateDict.of("resnet18");
    private static final FakeStateDict OPTIMIZER = new FakeStateDict(Map.of()).with("momentum_buffer", 64, 3, 7, 7);
    private static final String COUNTERS =
            "skipped: 20 tensors that do not change the logits: 20 x num_batches_tracked";

    @Test
    void plainStateDict() {
        WeightMapping mapping = resolve(NET);

        assertThat(stateDict(mapping)).isEmpty();
        assertThat(mapping.classes()).isEqualTo(1000);
        assertThat(mapping.storedName("layer1.0.conv1.weight")).isEqualTo("layer1.0.conv1.weight");
        assertThat(mapping.notes()).isEmpty();
        assertThat(mapping.warnings()).isEmpty();
    }

    /** Cases 03, 10, 32, 58: one prefix, several, and segments of wrappers anywhere. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "model.",
                "module.",
                "net.",
                "backbone.",
                "encoder_q.",
                "module.encoder_q.",
                "module.visual.trunk.",
                "_orig_mod.",
                "_orig_mod.module.",
                "module._orig_mod.",
                "_fsdp_wrapped_module.",
                "model.net.backbone.",
                "algorithm.policy.0.body.",
                "resnet.",
                "student."
            })
    void prefixIsFound(String prefix) {
        WeightMapping mapping = resolve(NET.prefixed(prefix));

        assertThat(mapping.storedName("layer4.1.bn2.running_var")).isEqualTo(prefix + "layer4.1.bn2.running_var");
        assertThat(mapping.storedName("fc.weight")).isEqualTo(prefix + "fc.weight");
        assertThat(mapping.warnings()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "layer1., layer1._orig_mod.",
        "layer1.0., layer1.0._checkpoint_wrapped_module.",
        "layer2., layer2._fsdp_wrapped_module.",
        "layer3.0.conv1., layer3.0.conv1.module.",
        "fc., fc._orig_mod."
    })
    void segmentsOfWrappersAreRemovedAnywhere(String plain, String wrapped) {
        FakeStateDict stored = NET.renamed(name -> "_fsdp_wrapped_module." + name.replace(plain, wrapped));

        WeightMapping mapping = resolve(stored);

        assertThat(mapping.sources().values())
                .extracting(source -> stateDict(source).name())
                .allMatch(stored.tensors()::containsKey)
                .doesNotHaveDuplicates();
        assertThat(mapping.notes()).isEmpty();
    }

    /** Cases 02, 04, 06, 07, 42, 59: the dictionary, and what else is in the file. */
    @ParameterizedTest
    @CsvSource({
        "model_state_dict",
        "state_dict",
        "model",
        "net",
        "network",
        "weights",
        "params_ema",
        "state_dict_ema",
        "ema",
        "teacher",
        "state.model",
        "module",
        "generator"
    })
    void dictionaryIsFoundUnderAnyKey(String key) {
        Map<String, Map<String, TensorInfo>> file = new LinkedHashMap<>();
        file.put("", new FakeStateDict(Map.of()).with("loss").tensors());
        file.put(key, NET.tensors());
        file.put("optimizer.state.0", OPTIMIZER.tensors());

        WeightMapping mapping = resolve(file, null);

        assertThat(stateDict(mapping)).isEqualTo(key);
        assertThat(mapping.notes())
                .containsExactly("weights: 102 tensors of '" + key + "'", COUNTERS, "also in the file: optimizer");
    }

    @ParameterizedTest
    @CsvSource({
        "model, model_ema",
        "model, params_ema",
        "state_dict, state_dict_ema",
        "model, ema",
        "student, teacher",
        "model, ema_model",
        "net, ema_state_dict",
        "model, averaged_model",
        "model, avg_model",
        "state_dict, swa",
        "model, modelEma",
        "model, ema.module"
    })
    void averagedWeightsComeBeforePlainOnes(String plain, String averaged) {
        Map<String, Map<String, TensorInfo>> file = new LinkedHashMap<>();
        file.put(plain, NET.tensors());
        file.put(
                averaged,
                NET.prefixed("module.")
                        .with("n_averaged", ElementType.INT64, List.of())
                        .tensors());

        assertThat(stateDict(resolve(file, null))).isEqualTo(averaged);
        assertThat(resolve(file, null).notes())
                .containsExactly(
                        "weights: 102 tensors of '" + averaged + "'",
                        "skipped: 21 tensors that do not change the logits: 20 x num_batches_tracked, n_averaged",
                        "also in the file: weights that fit as well (--state " + plain + ")");
        assertThat(stateDict(resolve(file, plain))).isEqualTo(plain);
        assertThat(resolve(file, plain).notes())
                .contains("also in the file: weights that fit as well (--state " + averaged + ")");
    }

    @Test
    void averagedWeightsThatDoNotFitAreNotUsed() {
        Map<String, Map<String, TensorInfo>> file = new LinkedHashMap<>();
        file.put("ema", NET.without(name -> name.contains("running_")).tensors());
        file.put("model", NET.tensors());

        WeightMapping mapping = resolve(file, null);

        assertThat(stateDict(mapping)).isEqualTo("model");
        assertThat(mapping.notes()).contains("also in the file: ema");
    }

    @Test
    void averagedWeightsUnderAPrefixComeBeforePlainOnes() {
        FakeStateDict stored = NET.prefixed("model.").and(NET.prefixed("model_ema.module."));

        WeightMapping mapping = resolve(stored);

        assertThat(mapping.storedName("fc.bias")).isEqualTo("model_ema.module.fc.bias");
        assertThat(mapping.notes())
                .containsExactly(
                        "weights: 102 tensors, prefix model_ema.",
                        COUNTERS,
                        "also in the file: weights that fit as well (--state model)");
        assertThat(resolve(Map.of("", stored.tensors()), "model").storedName("fc.bias"))
                .isEqualTo("model.fc.bias");
    }

    @Test
    void firstOfEqualCopiesIsUsed() {
        FakeStateDict stored = NET.prefixed("module.encoder_q.")
                .and(NET.prefixed("module.encoder_k."))
                .with("module.queue", 128, 65536)
                .with("module.queue_ptr", ElementType.INT64, List.of(1L));

        WeightMapping mapping = resolve(stored);

        assertThat(mapping.storedName("conv1.weight")).isEqualTo("module.encoder_q.conv1.weight");
        assertThat(mapping.warnings()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"., ''", "ema, ema", "ema.model, ema.model"})
    void stateChooses(String key, String chosen) {
        Map<String, Map<String, TensorInfo>> file = new LinkedHashMap<>();
        file.put("", NET.tensors());
        file.put("ema", NET.tensors());
        file.put("ema.model", NET.tensors());

        assertThat(stateDict(resolve(file, key))).isEqualTo(chosen);
    }

    @Test
    void errorForAnUnknownStateListsTheStatesOfTheFile() {
        Map<String, Map<String, TensorInfo>> file = new LinkedHashMap<>();
        file.put("", new FakeStateDict(Map.of()).with("loss").tensors());
        file.put("model", NET.prefixed("net.").tensors());
        file.put("optimizer.state.0", OPTIMIZER.tensors());

        assertThatThrownBy(() -> resolve(file, "emma"))
                .isInstanceOf(CardinalException.class)
                .hasMessage("checkpoint last.pth has no state dict 'emma' for --state; it has: model.net, ., model,"
                        + " optimizer.state.0");
    }

    @Test
    void stateWithoutWeightsIsAMismatch() {
        Map<String, Map<String, TensorInfo>> file = new LinkedHashMap<>();
        file.put("model", NET.tensors());
        file.put("optimizer.state.0", OPTIMIZER.tensors());

        assertThatThrownBy(() -> resolve(file, "optimizer"))
                .hasMessageStartingWith(
                        "card resnet18 and checkpoint last.pth ('optimizer.state.0') do not match: 0 of 102"
                                + " tensors fit")
                .hasMessageContaining("it contains the state of an optimizer and no model");
    }

    /** Cases 09 and 10: names of the last layer. */
    @ParameterizedTest
    @CsvSource({
        "'', fc",
        "'', fc.0",
        "'', fc.1",
        "'', fc.2",
        "'', classifier",
        "'', classifier.1",
        "'', head.fc",
        "'', last_linear",
        "'', linear",
        "'', 10",
        "backbone., head.fc",
        "backbone., head",
        "backbone., classifier.1",
        "model.backbone., model.head.fc",
        "model.backbone., classifier",
        "resnet., classifier.1",
        "model., model.fc.1",
        "features., last_linear",
        "encoder., fc.module"
    })
    void lastLayerIsFoundUnderAnyName(String prefix, String head) {
        FakeStateDict stored = NET.withoutHead()
                .prefixed(prefix)
                .with(head + ".weight", 37, 512)
                .with(head + ".bias", 37);

        WeightMapping mapping = resolve(stored);

        assertThat(mapping.classes()).isEqualTo(37);
        assertThat(mapping.storedName("fc.weight")).isEqualTo(head + ".weight");
        assertThat(mapping.storedName("fc.bias")).isEqualTo(head + ".bias");
        assertThat(mapping.lastLayer()).isEqualTo(head + ".weight [37, 512]");
        assertThat(mapping.warnings()).isEmpty();
    }

    @Test
    void lastLayerWithoutBiasHasABiasOfZeros() {
        WeightMapping mapping = resolve(NET.withoutHead().with("fc.weight", 37, 512));

        assertThat(mapping.notes()).first().isEqualTo("weights: 101 tensors, no bias in the last layer (0 is used)");
        assertThat(mapping.sources().get("fc.bias")).isEqualTo(new WeightSource(null, 37, WeightLayout.ZEROS));
    }

    @Test
    void lastLayerMayBeAOneByOneConvolution() {
        FakeStateDict stored =
                NET.withoutHead().with("head.weight", 37, 512, 1, 1).with("head.bias", 37);

        assertThat(resolve(stored).sources().get("fc.weight"))
                .isEqualTo(new WeightSource(new StoredName("", "head.weight"), 37 * 512, WeightLayout.AS_STORED));
    }

    static Stream<Arguments> badHeads() {
        FakeStateDict backbone = NET.withoutHead();
        return Stream.of(
                Arguments.of(
                        backbone.with("fc.0.weight", 256, 512)
                                .with("fc.0.bias", 256)
                                .with("fc.2.weight", 37, 256)
                                .with("fc.2.bias", 37),
                        "its head has two layers, fc.0.weight [256, 512] and fc.2.weight [37, 256], but Cardinal's networks"
                                + " end with one linear layer"),
                Arguments.of(
                        backbone.with("fc.0.weight", 512, 512).with("fc.3.weight", 37, 512),
                        "its head has two layers, fc.0.weight [512, 512] and fc.3.weight [37, 512]"),
                Arguments.of(
                        NET.prefixed("backbone.").with("classifier.weight", 37, 1000),
                        "its head has two layers, backbone.fc.weight [1000, 512] and classifier.weight [37, 1000]"),
                Arguments.of(
                        backbone.with("fc.0.weight", 512)
                                .with("fc.0.bias", 512)
                                .with("fc.0.running_mean", 512)
                                .with("fc.0.running_var", 512)
                                .with("fc.1.weight", 37, 512),
                        "its head has other weights next to fc.1.weight [37, 512]: fc.0.weight"),
                Arguments.of(
                        backbone.prefixed("backbone.")
                                .with("head.fc.weight", 37, 512)
                                .with("head.scale", 1),
                        "its head has other weights next to head.fc.weight [37, 512]: head.scale"),
                Arguments.of(
                        backbone.with("fc.weight", 1, 512).with("fc.bias", 1),
                        "its head has one output, fc.weight [1, 512], for a sigmoid: the softmax of one class is 1.0 for"
                                + " every image. Save two outputs instead"),
                Arguments.of(backbone, "there is no classifier in it: no layer takes the 512 features of the network"),
                Arguments.of(
                        backbone.prefixed("backbone.").with("criterion.weight", 37, 512),
                        "there is no classifier in it"),
                Arguments.of(
                        backbone.prefixed("body.").with("head.4.weight", 512, 1024),
                        "its last layer head.4.weight [512, 1024] takes 1024 features, but the network gives 512"),
                Arguments.of(
                        backbone.prefixed("backbone.")
                                .with("color.weight", 7, 512)
                                .with("shape.weight", 9, 512),
                        "it has several layers for the 512 features, but only one can be the classifier: color.weight"
                                + " [7, 512] and shape.weight [9, 512]"),
                Arguments.of(
                        backbone.with("fc.weight", 37, 512).with("fc.bias", 36),
                        "fc.bias has type FLOAT32 and shape [36], not [37]"));
    }

    @ParameterizedTest
    @MethodSource("badHeads")
    void headThatIsNotOneLinearLayerIsRefused(FakeStateDict stored, String problem) {
        assertThatThrownBy(() -> resolve(stored))
                .isInstanceOf(CardinalException.class)
                .hasMessageStartingWith("checkpoint last.pth has the layers of card resnet18, but " + problem)
                .hasMessageNotContaining("\n");
    }

    @Test
    void numberOfClassesChoosesBetweenTwoHeads() {
        FakeStateDict stored = NET.withoutHead()
                .prefixed("backbone.")
                .with("color.weight", 7, 512)
                .with("shape.weight", 9, 512);

        WeightMapping mapping = WeightResolver.resolve(
                ModelCatalog.find("resnet18"), Map.of("", stored.tensors()), Map.of(), FILE, null, 9);

        assertThat(mapping.lastLayer()).isEqualTo("shape.weight [9, 512]");
        assertThat(mapping.warnings())
                .containsExactly(
                        "checkpoint last.pth has 1 tensors of layers that card resnet18 does not have: color.weight;"
                                + " if the model needs them for its logits, the import is wrong: compare it with --verify");
    }

    /** Cases 03, 04, 58: what no network of the family contains, and what changes no logit. */
    @ParameterizedTest
    @CsvSource({
        "criterion.weight, FLOAT32, 1000",
        "model.criterion.weight, FLOAT32, 1000",
        "train_acc.tp, INT64, 1000",
        "val_metrics.MulticlassAccuracy.tp, FLOAT32, 1000",
        "loss_fn.pos_weight, FLOAT32, 1000",
        "n_averaged, INT64, 1",
        "extra.qweight, INT32, 4",
        "normalizer.new_mean, FLOAT32, 3",
        "model.layer1.0.total_ops, FLOAT64, 1",
        "queue_ptr, INT64, 1"
    })
    void tensorsThatDoNotChangeTheLogitsAreSkipped(String name, ElementType type, long size) {
        WeightMapping mapping = resolve(NET.prefixed("model.").with(name, type, List.of(size)));

        assertThat(mapping.notes().get(1)).startsWith("skipped: 21 tensors that do not change the logits");
        assertThat(mapping.warnings()).isEmpty();
    }

    @Test
    void layersNextToTheNetworkAreAWarning() {
        FakeStateDict stored =
                NET.prefixed("model.").with("projector.weight", 128, 1024).with("projector.bias", 128);

        assertThat(resolve(stored).warnings())
                .singleElement()
                .asString()
                .contains("2 tensors of layers that card resnet18 does not have: projector.weight, projector.bias");
    }

    @ParameterizedTest
    @CsvSource({
        "layer1.0.se.fc1.weight, 16",
        "layer1.0.conv1.bias, 64",
        "layer1.0.conv1.scale, 1",
        "attnpool.weight, 64",
        "global_pool.p, 1"
    })
    void tensorsInsideTheNetworkAreRefused(String name, int size) {
        FakeStateDict stored = NET.prefixed("model.").with("model." + name, size, size);
        FakeStateDict one =
                name.equals("global_pool.p") ? NET.prefixed("model.").with("model." + name, 1) : stored;

        assertThatThrownBy(() -> resolve(one))
                .hasMessageStartingWith(
                        "card resnet18 and checkpoint last.pth ('model') do not match: 102 of 102 tensors fit")
                .hasMessageContaining("not in the card: model." + name);
    }

    @Test
    void unreadableWeightIsNamedWithItsReason() {
        Map<String, Map<String, TensorInfo>> file =
                Map.of("model", NET.without("layer1.0.conv1.weight"::equals).tensors());
        Map<String, Map<String, String>> unreadable =
                Map.of("model", Map.of("layer1.0.conv1.weight", "of type torch.float8_e4m3fn"));

        assertThatThrownBy(
                        () -> WeightResolver.resolve(ModelCatalog.find("resnet18"), file, unreadable, FILE, null, 1000))
                .hasMessageContaining("101 of 102 tensors fit")
                .hasMessageContaining(
                        "unreadable: the card expects layer1.0.conv1.weight [64, 64, 3, 3], but it is of type"
                                + " torch.float8_e4m3fn");
    }

    @Test
    void controlCharactersInNamesAreNotPrinted() {
        FakeStateDict stored = NET.prefixed("model.").with("model.layer1.\u001b[31mred\n", 64, 64);

        assertThatThrownBy(() -> resolve(stored))
                .hasMessageContaining("not in the card: model.layer1.?[31mred? [64, 64]");
        assertThatThrownBy(() -> resolve(Map.of("", NET.tensors(), "a\tb", OPTIMIZER.tensors()), "c"))
                .hasMessageContaining("a?b");
    }

    @Test
    void backboneAndHeadMayBeInDifferentStateDicts() {
        Map<String, Map<String, TensorInfo>> file = new LinkedHashMap<>();
        file.put("backbone", NET.withoutHead().prefixed("module.").tensors());
        file.put(
                "head",
                new FakeStateDict(Map.of())
                        .with("weight", 37, 512)
                        .with("bias", 37)
                        .tensors());
        file.put("optimizer.state.0", OPTIMIZER.tensors());

        WeightMapping mapping = resolve(file, null);

        assertThat(mapping.sources().get("fc.weight"))
                .isEqualTo(new WeightSource(new StoredName("head", "weight"), 37 * 512, WeightLayout.AS_STORED));
        assertThat(mapping.sources().get("conv1.weight"))
                .isEqualTo(new WeightSource(
                        new StoredName("backbone", "module.conv1.weight"), 64 * 3 * 7 * 7, WeightLayout.AS_STORED));
        assertThat(mapping.notes())
                .containsExactly("weights: 102 tensors, prefix backbone., last layer head", COUNTERS);
    }

    @Test
    void dictionariesMayBeNestedLikeModules() {
        Map<String, Map<String, TensorInfo>> file = new LinkedHashMap<>();
        NET.tensors().values().forEach(tensor -> {
            int dot = tensor.name().lastIndexOf('.');
            String parameter = tensor.name().substring(dot + 1);
            file.computeIfAbsent(tensor.name().substring(0, dot), key -> new LinkedHashMap<>())
                    .put(parameter, new TensorInfo(parameter, tensor.type(), tensor.shape()));
        });

        assertThat(resolve(file, null).sources().get("layer1.0.conv1.weight"))
                .isEqualTo(new WeightSource(
                        new StoredName("layer1.0.conv1", "weight"), 64 * 64 * 9, WeightLayout.AS_STORED));
    }

    private static String stateDict(WeightMapping mapping) {
        return stateDict(mapping.sources().getOrDefault("conv1.weight", new WeightSource(null, 0, WeightLayout.ZEROS)))
                .stateDict();
    }

    private static StoredName stateDict(WeightSource source) {
        return Objects.requireNonNull(source.stored());
    }

    private static WeightMapping resolve(FakeStateDict stored) {
        return resolve(Map.of("", stored.tensors()), null);
    }

    private static WeightMapping resolve(Map<String, Map<String, TensorInfo>> file, @Nullable String state) {
        return WeightResolver.resolve(ModelCatalog.find("resnet18"), file, Map.of(), FILE, state, 1000);
    }
}
