package dev.cardinal.zoo.naming;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.card.Architecture;
import dev.cardinal.zoo.card.ModelCard;
import dev.cardinal.zoo.card.ModelCatalog;
import dev.cardinal.zoo.checkpoint.ElementType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MismatchTest {
    private static final int MAX_LINES = 12;
    private static final Path FILE = Path.of("last.pth");
    private static final FakeStateDict NET = FakeStateDict.of("resnet18");

    @Test
    void messageForADepthThatTheCatalogDoesNotHaveDescribesTheCard() {
        FakeStateDict resnet26 = FakeStateDict.of(resnet(Architecture.Block.BASIC, List.of(3, 3, 3, 3), 1, 64));

        assertThat(message("resnet18", FILE, resnet26)).isEqualTo("""
                        card resnet18 and checkpoint last.pth do not match: 102 of 102 tensors fit
                          not in the card: layer1.2.conv1.weight [64, 64, 3, 3]
                          not in the card: layer1.2.bn1.weight [64]
                          not in the card: layer1.2.bn1.bias [64], and 37 more
                          the checkpoint is a ResNet-26, for which the catalog has no card: write one with "stem": "imagenet", \
                        "block": "basic", "layers": [3, 3, 3, 3], "cardinality": 1, "base_width": 64""");
    }

    @Test
    void anotherCardOfTheCatalogFits() {
        assertThat(message("resnext50_32x4d", FILE, FakeStateDict.of("resnet50").prefixed("model.")))
                .isEqualTo("""
                        card resnext50_32x4d and checkpoint last.pth ('model') do not match: 91 of 267 tensors fit
                          wrong shape: the card expects model.layer1.0.conv1.weight [128, 64, 1, 1], but the checkpoint has \
                        [64, 64, 1, 1]
                          wrong shape: the card expects model.layer1.0.bn1.weight [128], but the checkpoint has [64]
                          wrong shape: the card expects model.layer1.0.bn1.bias [128], but the checkpoint has [64], and 173 more
                          the checkpoint is a ResNet-50, and fits these cards: ssl_resnet50, swsl_resnet50, tv_resnet50, \
                        tv2_resnet50 and 16 more; use one of them with --card""");
    }

    @ParameterizedTest
    @CsvSource({
        "resnet18, resnext101_32x8d_like, ResNeXt-101 32x8d, ssl_resnext101_32x8d",
        "resnet50, resnext29, ResNeXt-29 8x64d, 'resnext29_8x64d_cifar10, resnext29_8x64d_cifar100'",
        "resnet18, wide_resnet50_2, ResNet-50 of width 128, '\"base_width\": 128'",
        "resnet50, resnet152, ResNet-152, 'tv_resnet152, tv2_resnet152, fb_resnet152, resnet152'",
        "resnet101, resnet18, ResNet-18, 'ssl_resnet18, swsl_resnet18, tv_resnet18, resnet18'"
    })
    void architectureIsReadFromTheTensors(String card, String stored, String title, String advice) {
        Architecture architecture =
                switch (stored) {
                    case "resnext101_32x8d_like" ->
                        ModelCatalog.find("ssl_resnext101_32x8d").architecture();
                    case "resnext29" ->
                        ModelCatalog.find("resnext29_8x64d_cifar10").architecture();
                    case "wide_resnet50_2" -> resnet(Architecture.Block.BOTTLENECK, List.of(3, 4, 6, 3), 1, 128);
                    case "resnet152" -> resnet(Architecture.Block.BOTTLENECK, List.of(3, 8, 36, 3), 1, 64);
                    default -> ModelCatalog.find(stored).architecture();
                };

        assertThat(message(card, FILE, FakeStateDict.of(architecture).prefixed("module."))
                        .lines())
                .hasSizeLessThanOrEqualTo(MAX_LINES)
                .last()
                .asString()
                .startsWith("  the checkpoint is a " + title)
                .contains(advice);
    }

    @Test
    void architectureIsReadUnderOtherNames() {
        assertThat(message("resnet18", FILE, FakeStateDict.read("transformers_resnet50")))
                .contains("the checkpoint is a ResNet-50, and fits these cards: ssl_resnet50");
    }

    @ParameterizedTest
    @CsvSource({
        "cls_token, a Vision Transformer",
        "vit.embeddings.position_embeddings, a Vision Transformer",
        "encoder.pos_embedding, a Vision Transformer",
        "layers.0.blocks.0.attn.relative_position_bias_table, a Swin Transformer",
        "features.denseblock1.denselayer1.norm1.weight, a DenseNet",
        "features.1.0.block.0.0.weight, 'a ConvNeXt, EfficientNet or MobileNet'",
        "conv_stem.weight, 'a ConvNeXt, EfficientNet or MobileNet'",
        "stages.0.blocks.0.conv_dw.weight, 'a ConvNeXt, EfficientNet or MobileNet'",
        "features.18.conv.0.0.weight, 'a ConvNeXt, EfficientNet or MobileNet'",
        "features.28.weight, a VGG or AlexNet",
        "Mixed_5b.branch1x1.conv.weight, an Inception network",
        "backbone.fpn.inner_blocks.0.0.weight, an object detection model",
        "roi_heads.box_head.fc6.weight, an object detection model",
        "aux_classifier.0.weight, a segmentation model",
        "layer1.0.conv1.zero_point, a quantized model",
        "fc._packed_params._packed_params, a quantized model",
        "conv1.activation_post_process.scale, a model for quantization-aware training",
        "layer1.0.conv1.weight_fake_quant.scale, a model for quantization-aware training",
        "conv1.weight_orig, pruned with masks",
        "layer1.0.conv1.parametrizations.weight.original0, parametrized",
        "_flat_param, the flat parameters of FSDP",
        "base_model.model.layer1.0.conv1.lora_A.default.weight, LoRA adapters",
        "state.0.exp_avg, the state of an optimizer and no model",
        "trunk_output.block1.block1-0.proj.0.weight, a RegNet",
        "something.else.weight, no network that Cardinal imports has these tensors"
    })
    void otherKindsOfModelsAreNamed(String name, String kind) {
        FakeStateDict stored = new FakeStateDict(Map.of()).with(name, 64, 64);

        List<String> lines = message("resnet18", FILE, stored).lines().toList();

        assertThat(lines).hasSizeLessThanOrEqualTo(MAX_LINES);
        assertThat(lines.get(0)).isEqualTo("card resnet18 and checkpoint last.pth do not match: 0 of 102 tensors fit");
        assertThat(lines.get(3)).isEqualTo("  missing: bn1.bias [64], and 98 more");
        assertThat(lines).last().asString().contains(kind);
    }

    @ParameterizedTest
    @CsvSource({
        "layer1.0.se.fc1.weight, squeeze-and-excitation or another attention",
        "module.layer3.1.cbam.fc1.weight, squeeze-and-excitation or another attention"
    })
    void blocksWithAttentionAreNamed(String name, String kind) {
        FakeStateDict stored = NET.renamed(each -> name.startsWith("module.") ? "module." + each : each)
                .with(name, 16, 64, 1, 1);

        assertThat(message("resnet18", FILE, stored))
                .startsWith("card resnet18 and checkpoint last.pth do not match: 102 of 102 tensors fit")
                .contains("\n  not in the card: " + name + " [16, 64, 1, 1]\n")
                .contains(kind);
    }

    @Test
    void deepStemIsNamed() {
        FakeStateDict stored = NET.without("conv1.weight"::equals)
                .with("conv1.0.weight", 32, 3, 3, 3)
                .with("conv1.3.weight", 32, 32, 3, 3)
                .with("conv1.6.weight", 64, 32, 3, 3);

        assertThat(message("resnet18", FILE, stored)).startsWith("""
                        card resnet18 and checkpoint last.pth do not match: 101 of 102 tensors fit
                          missing: conv1.weight [64, 3, 7, 7]
                        """).contains("its stem has several convolutions");
    }

    @Test
    void partOfAShardedModelNamesTheIndex() {
        FakeStateDict stored = NET.without(name -> name.matches("(conv1|bn1|layer[12])\\..*"));

        assertThat(message("resnet18", Path.of("dir", "model-00002-of-00002.safetensors"), stored))
                .contains("it is part 2 of 2 of a sharded model: give the index file, model.safetensors.index.json");
    }

    @Test
    void parametersWithoutRunningStatistics() {
        assertThat(message("resnet18", FILE, NET.without(name -> name.contains("running_"))))
                .startsWith("card resnet18 and checkpoint last.pth do not match: 62 of 102 tensors fit")
                .contains("its normalizations have no running statistics");
    }

    @Test
    void foldedBatchNormalizations() {
        FakeStateDict stored = NET.without(name -> name.contains("bn") || name.contains("downsample.1"))
                .with("conv1.bias", 64)
                .with("layer1.0.conv1.bias", 64);

        assertThat(message("resnet18", FILE, stored))
                .contains("its batch normalizations are folded into the convolutions");
    }

    @Test
    void emptyTensorsOfDeepSpeedAreExplained() {
        FakeStateDict stored = new FakeStateDict(Map.of());
        for (String name : NET.tensors().keySet()) {
            stored = stored.with(name, ElementType.FLOAT16, List.of(0L));
        }

        assertThat(message("resnet18", FILE, stored)).contains("as DeepSpeed ZeRO-3 leaves them");
    }

    @Test
    void messageHasAtMostTwelveLines() {
        FakeStateDict stored = FakeStateDict.of("resnext101_32x4d")
                .without(name -> name.startsWith("layer4.2"))
                .with("layer1.0.se.fc.weight", 16, 64);

        assertThat(message("resnet50", FILE, stored).lines()).hasSizeLessThanOrEqualTo(MAX_LINES);
    }

    private static Architecture resnet(Architecture.Block block, List<Integer> layers, int cardinality, int width) {
        return new Architecture(
                Architecture.Family.RESNET,
                Architecture.Stem.IMAGENET,
                block,
                new ArrayList<>(layers),
                cardinality,
                width,
                1000,
                null);
    }

    private static String message(String card, Path file, FakeStateDict stored) {
        ModelCard expected = ModelCatalog.find(card);
        CardinalException mismatch = catchThrowableOfType(
                CardinalException.class,
                () -> WeightResolver.resolve(
                        expected,
                        Map.of("", stored.tensors()),
                        Map.of(),
                        file,
                        null,
                        expected.labels().size()));
        return String.valueOf(mismatch.getMessage());
    }
}
