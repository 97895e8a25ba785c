package dev.cardinal.zoo.card;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.zoo.CardinalException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;

class ModelCatalogTest {
    @ParameterizedTest
    @CsvFileSource(resources = "/dev/cardinal/zoo/expected_counts.csv", useHeadersInDisplayName = true)
    void parametersAndMacsAreExact(String id, long parameters, long macs) {
        ModelCard card = ModelCatalog.find(id);

        assertThat(card.architecture().parameters()).isEqualTo(parameters);
        assertThat(card.macs()).isEqualTo(macs);
    }

    @Test
    void everyCardHasExpectedCounts() throws IOException {
        try (InputStream in = resource("/dev/cardinal/zoo/expected_counts.csv")) {
            List<String> ids = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .skip(1)
                    .map(line -> line.substring(0, line.indexOf(',')))
                    .toList();

            assertThat(ModelCatalog.cards()).extracting(ModelCard::id).isEqualTo(ids);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "resnext50_32x4d.fb_ssl_yfcc100m_ft_in1k, ssl_resnext50_32x4d",
        "resnext101_32x48d.fb_wsl_ig1b_ft_in1k, ig_resnext101_32x48d",
        "resnext101_64x4d.tv_in1k, tv_resnext101_64x4d",
        "tv2_resnext50_32x4d, tv2_resnext50_32x4d",
        "Fashion_ResNeXt20_8x4d, fashion_resnext20_8x4d",
        "ResNet18, resnet18",
        "timm/resnext50_32x4d.tv_in1k, tv_resnext50_32x4d",
        "hf-hub:timm/resnext50_32x4d.tv_in1k, tv_resnext50_32x4d",
        "resnet18_ssl, ssl_resnet18",
        "resnext101_32x16d_swsl, swsl_resnext101_32x16d",
        "resnext101_32x48d_wsl, ig_resnext101_32x48d",
        "ResNeXt50_32X4D_Weights.IMAGENET1K_V1, tv_resnext50_32x4d",
        "ResNeXt50_32X4D_Weights.IMAGENET1K_V2, tv2_resnext50_32x4d",
        "ResNeXt101_64X4D_Weights.IMAGENET1K_V1, tv_resnext101_64x4d",
        "ResNet50_Weights.IMAGENET1K_V2, tv2_resnet50",
        "resnet152.tv_in1k, tv_resnet152",
        "resnext50_32x4d.a1h_in1k, resnext50_32x4d.a1h_in1k",
        "timm/resnet34.ra4_e3600_r224_in1k, resnet34.ra4_e3600_r224_in1k",
        "ResNeXt50_32X4D_Weights.DEFAULT, tv2_resnext50_32x4d",
        "gluon_resnet50_v1d, resnet50d.gluon_in1k",
        "seresnext101d_32x8d, seresnext101d_32x8d.ah_in1k",
        "resnext101_32x48d, ig_resnext101_32x48d",
        "timm/seresnextaa101d_32x8d.sw_in12k_ft_in1k_288, seresnextaa101d_32x8d.sw_in12k_ft_in1k_288",
    })
    void cardsAreFoundByIdAndAlias(String name, String id) {
        assertThat(ModelCatalog.find(name).id()).isEqualTo(id);
    }

    @ParameterizedTest
    @CsvSource({
        "ssl_resnext50_32x4, ssl_resnext50_32x4d",
        "resnext101_32x8d.fb_swsl_ig1b, swsl_resnext101_32x8d",
        "resnext_50, resnext50_32x4d",
        "swsl_resnet, swsl_resnet18",
        "resnet50.a4_in1k, resnet50.a1_in1k",
    })
    void errorForAnUnknownNameListsSimilarIds(String name, String nearest) {
        assertThatThrownBy(() -> ModelCatalog.find(name))
                .isInstanceOf(CardinalException.class)
                .hasMessageStartingWith("card '" + name + "' is not in the catalog; similar ids: " + nearest + ", ")
                .hasMessageEndingWith("The command 'models' lists all cards");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    seresnext50_32x4d | seresnext50_32x4d.gluon_in1k and seresnext50_32x4d.racm_in1k
                    resnext101_64x4d  | tv_resnext101_64x4d, resnext101_64x4d.c1_in1k, resnext101_64x4d.gluon_in1k
                    resnext101_32x8d  | ssl_resnext101_32x8d, swsl_resnext101_32x8d, ig_resnext101_32x8d and 2 more
                    """)
    void nameThatCanMeanSeveralCardsIsRefusedWithTheirIds(String name, String ids) {
        assertThatThrownBy(() -> ModelCatalog.find(name))
                .isInstanceOf(CardinalException.class)
                .hasMessage("card '" + name + "' can mean several cards: " + ids
                        + "; give the id of one of them. The command 'models' lists all cards");
    }

    /** timm_tags.txt has every ResNet and ResNeXt of timm that torchvision's blocks and their variants can build. */
    @ParameterizedTest
    @CsvFileSource(resources = "timm_tags.txt")
    void everyTagOfTimmIsAName(String tag) {
        assertThat(ModelCatalog.find("timm/" + tag)).isSameAs(ModelCatalog.find(tag));
    }

    @Test
    void twelveThousandClassesHaveWordNetsNames() {
        List<ClassLabel> labels =
                ModelCatalog.find("seresnextaa101d_32x8d.sw_in12k").labels();

        assertThat(labels)
                .hasSize(11_821)
                .startsWith(new ClassLabel("benthos", "n00005787"))
                .extracting(ClassLabel::id)
                .doesNotHaveDuplicates();
    }

    @Test
    void twoCardsWithTheSameNameAreABug() {
        ModelCard card = ModelCatalog.find("resnet18");

        assertThatThrownBy(() -> new ModelCatalog(List.of(card, card)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("two cards have the name 'resnet18': resnet18 and resnet18");
    }

    /** Each figure is a row of timm's own table: input size, size / crop_pct rounded down, mean, accuracy at that size. */
    @ParameterizedTest
    @CsvSource({
        "resnet18.a3_in1k, 160, 168, 0.485, 65.67, 86.268",
        "resnet34.ra4_e3600_r224_in1k, 224, 248, 0.5, 77.492, 93.498",
        "resnet50.a1h_in1k, 176, 195, 0.485, 79.264, 94.498",
        "resnet152.gluon_in1k, 224, 256, 0.485, 79.712, 94.72",
        "resnext101_64x4d.c1_in1k, 224, 235, 0.485, 82.446, 95.92",
    })
    void timmsCardsHaveItsPreprocessingAndMeasurement(
            String id, int crop, int resize, double mean, double top1, double top5) {
        ModelCard card = ModelCatalog.find(id);

        assertThat(card.preprocessing().crop()).isEqualTo(crop);
        assertThat(card.preprocessing().resize()).isEqualTo(resize);
        assertThat(card.preprocessing().interpolation()).isEqualTo(Preprocessing.Interpolation.PILLOW_BICUBIC);
        assertThat(card.preprocessing().mean()).startsWith(mean);
        assertThat(card.source().license()).isEqualTo("Apache-2.0");
        assertThat(card.source().published())
                .isEqualTo(new ModelSource.Published(top1, top5, "measured by timm at " + crop + " px"));
    }

    @Test
    void imageNetLabelsAreInTheOfficialOrder() {
        List<ClassLabel> labels = ModelCatalog.find("ssl_resnet18").labels();

        assertThat(labels)
                .hasSize(1000)
                .startsWith(new ClassLabel("tench", "n01440764"))
                .endsWith(new ClassLabel("toilet tissue", "n15075141"));
        assertThat(labels).extracting(ClassLabel::id).isSorted().doesNotHaveDuplicates();
        assertThat(labels).isSameAs(ModelCatalog.find("resnet101").labels());
    }

    @Test
    void cifarLabelsAreInTheOfficialOrder() {
        assertThat(ModelCatalog.find("resnext29_8x64d_cifar10").labels())
                .extracting(ClassLabel::name)
                .containsExactly(
                        "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck");
        assertThat(ModelCatalog.find("resnext29_16x64d_cifar100").labels())
                .extracting(ClassLabel::name)
                .hasSize(100)
                .isSorted()
                .doesNotHaveDuplicates()
                .contains("aquarium_fish", "seal", "worm");
    }

    @Test
    void fileNameOfAReleasedCheckpointContainsItsHash() {
        assertThat(ModelCatalog.cards())
                .extracting(ModelCard::source)
                .filteredOn(source -> source.file() != null && source.file().matches(".*-[0-9a-f]{8}\\.pth"))
                .hasSize(99)
                .allSatisfy(source -> assertThat(source.file()).endsWith("-" + source.sha256Prefix() + ".pth"));
    }

    @Test
    void embeddedDemoCheckpointHasTheHashOfItsCard() throws IOException, NoSuchAlgorithmException {
        ModelSource source = ModelCatalog.cards().get(0).source();
        MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
        String resource = Objects.requireNonNull(source.url()).replaceFirst("^classpath:", "");
        try (InputStream in = new DigestInputStream(new BufferedInputStream(resource(resource)), sha256)) {
            in.transferTo(OutputStream.nullOutputStream());
        }

        assertThat(resource).endsWith("/" + source.file());
        assertThat(HexFormat.of().formatHex(sha256.digest())).startsWith(source.sha256Prefix());
    }

    private static InputStream resource(String name) {
        return Objects.requireNonNull(ModelCatalogTest.class.getResourceAsStream(name), name);
    }
}
