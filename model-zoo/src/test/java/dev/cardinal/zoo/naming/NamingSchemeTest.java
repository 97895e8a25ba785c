package dev.cardinal.zoo.naming;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.zoo.card.Architecture;
import dev.cardinal.zoo.card.ModelCard;
import dev.cardinal.zoo.card.ModelCatalog;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Resolves lists of names and shapes of real networks, which src/test/fixtures/naming_twins.py wrote. */
class NamingSchemeTest {
    private static final Path FILE = Path.of("twin.pth");

    @ParameterizedTest
    @CsvSource({
        "transformers_resnet18, resnet18, 'prefix resnet., named as in Hugging Face transformers, last layer classifier.1'",
        "transformers_resnet50, resnet50, 'prefix resnet., named as in Hugging Face transformers, last layer classifier.1'",
        "prlz77_resnext29_8x64d, resnext29_8x64d_cifar10, 'named as in prlz77/ResNeXt.pytorch, last layer classifier'",
        "dxy_resnext29_8x64d, resnext29_8x64d_cifar10, 'named as in D-X-Y/ResNeXt-DenseNet, last layer classifier'",
        "clcarwin_resnext50_32x4d, resnext50_32x4d,"
                + " 'named as in the numbered conversions of the Torch7 models (clcarwin, Cadene), last layer 10.1'",
        "clcarwin_flat_resnext50_32x4d, resnext50_32x4d,"
                + " 'named as in the numbered conversions of Torch7 models with flat blocks, last layer 10.1'",
        "cadene_resnext50_32x4d, resnext50_32x4d, 'prefix features., named as in the numbered conversions of the Torch7"
                + " models (clcarwin, Cadene), last layer last_linear'",
        "children_resnet18, resnet18,"
                + " 'named as in nn.Sequential(*list(resnet.children())), as fastai builds it, last layer 10'",
        "hysts_resnext29_8x64d, resnext29_8x64d_cifar10," + " 'named as in hysts/pytorch_image_classification'",
        "pytorchcv_resnext50_32x4d, resnext50_32x4d, 'prefix features., named as in pytorchcv (osmr/imgclsmob) for"
                + " ImageNet, last layer output'",
        "pytorchcv_resnext29_8x64d, resnext29_8x64d_cifar10, 'prefix features., named as in pytorchcv (osmr/imgclsmob)"
                + " for CIFAR, last layer output'",
        "pycls_resnext50_32x4d, resnext50_32x4d, 'named as in facebookresearch/pycls, last layer head.fc'",
        "pycls_2019_resnext50_32x4d, resnext50_32x4d,"
                + " 'named as in facebookresearch/pycls of 2019, last layer head.fc'",
        "detectron2_resnext50_32x4d, resnext50_32x4d, 'named as in Detectron2, last layer linear'"
    })
    void everyTensorOfATwinIsUsedOnce(String twin, String card, String note) {
        WeightMapping mapping = resolve(ModelCatalog.find(card), FakeStateDict.read(twin));

        assertEveryTensorIsUsedOnce(mapping, FakeStateDict.read(twin));
        assertThat(mapping.notes()).first().asString().endsWith("tensors, " + note);
    }

    /** The catalog has no card for these networks: a user must write a card for them. */
    @ParameterizedTest
    @CsvSource({
        "kuangliu_resnet18, kuangliu/pytorch-cifar, linear, basic, '2,2,2,2', 1, 64",
        "kuangliu_resnext29_32x4d, kuangliu/pytorch-cifar, linear, bottleneck, '3,3,3', 32, 4",
        "weiaicunzai_resnet18, weiaicunzai/pytorch-cifar100, fc, basic, '2,2,2,2', 1, 64"
    })
    void networksForCifarThatTheCatalogDoesNotHave(
            String twin, String repository, String head, String block, String layers, int cardinality, int width) {
        FakeStateDict stored = FakeStateDict.read(twin);
        ModelCard demo = ModelCatalog.find("resnext29_8x64d_cifar10");
        int classes = Math.toIntExact(Objects.requireNonNull(stored.tensors().get(head + ".bias"))
                .shape()
                .get(0));
        Architecture architecture = new Architecture(
                Architecture.Family.RESNET,
                Architecture.Stem.CIFAR,
                block.equals("basic") ? Architecture.Block.BASIC : Architecture.Block.BOTTLENECK,
                List.of(layers.split(",", -1)).stream().map(Integer::valueOf).toList(),
                cardinality,
                width,
                demo.labels().size(),
                null);
        ModelCard card =
                new ModelCard("mine", List.of(), architecture, demo.preprocessing(), demo.labels(), demo.source());

        WeightMapping mapping = resolve(card, stored);

        assertEveryTensorIsUsedOnce(mapping, stored);
        assertThat(mapping.classes()).isEqualTo(classes);
        assertThat(mapping.notes()).first().asString().contains("named as in " + repository);
    }

    @ParameterizedTest
    @CsvSource({
        "transformers, layer3.1.conv2.weight, encoder.stages.2.layers.1.layer.1.convolution.weight",
        "transformers, layer4.0.downsample.1.running_var, encoder.stages.3.layers.0.shortcut.normalization.running_var",
        "prlz77, layer2.10.bn2.bias, stage_2.stage_2_bottleneck_10.bn.bias",
        "torch7, layer4.2.conv3.weight, 7.2.0.0.1.weight",
        "torch7, layer1.0.downsample.0.weight, 4.0.0.1.0.weight",
        "weiaicunzai, layer1.0.bn3.weight, conv2_x.0.residual_function.7.weight",
        "kuangliu, layer1.0.downsample.0.weight, layer1.0.shortcut.0.weight"
    })
    void rulesTranslateTheNamesOfACard(String scheme, String tensor, String stored) {
        assertThat(scheme(scheme).stored(tensor)).isEqualTo(stored);
    }

    @Test
    void schemeHasNoNameForLayersThatItDoesNotHave() {
        assertThat(scheme("prlz77").stored("layer1.0.conv4.weight")).isNull();
        assertThat(scheme("torchvision").stored("maxpool.weight")).isNull();
    }

    private static NamingScheme scheme(String id) {
        return NamingScheme.all().stream()
                .filter(scheme -> scheme.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private static WeightMapping resolve(ModelCard card, FakeStateDict stored) {
        return WeightResolver.resolve(
                card,
                Map.of("", stored.tensors()),
                Map.of(),
                FILE,
                null,
                card.labels().size());
    }

    private static void assertEveryTensorIsUsedOnce(WeightMapping mapping, FakeStateDict stored) {
        assertThat(mapping.sources().values())
                .extracting(source -> Objects.requireNonNull(source.stored()).name())
                .doesNotHaveDuplicates()
                .containsExactlyInAnyOrderElementsOf(
                        new TreeSet<>(stored.without(name -> name.endsWith(".num_batches_tracked"))
                                .tensors()
                                .keySet()));
        assertThat(mapping.warnings()).isEmpty();
    }
}
