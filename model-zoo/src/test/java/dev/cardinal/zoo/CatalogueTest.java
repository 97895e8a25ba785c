package dev.cardinal.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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

class CatalogueTest {
    @ParameterizedTest
    @CsvFileSource(resources = "expected_counts.csv", useHeadersInDisplayName = true)
    void parametersAndMacsAreExact(String id, long parameters, long macs) {
        ModelCard card = Catalogue.find(id);

        assertThat(card.architecture().parameters()).isEqualTo(parameters);
        assertThat(card.macs()).isEqualTo(macs);
    }

    @Test
    void everyCardIsCountedAbove() throws IOException {
        try (InputStream in = resource("expected_counts.csv")) {
            List<String> ids = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .skip(1)
                    .map(line -> line.substring(0, line.indexOf(',')))
                    .toList();

            assertThat(Catalogue.cards()).extracting(ModelCard::id).isEqualTo(ids);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "resnext50_32x4d.fb_ssl_yfcc100m_ft_in1k, ssl_resnext50_32x4d",
        "resnext101_32x48d.fb_wsl_ig1b_ft_in1k, ig_resnext101_32x48d",
        "resnext101_64x4d.tv_in1k, tv_resnext101_64x4d",
        "tv2_resnext50_32x4d, tv2_resnext50_32x4d",
    })
    void cardsAreFoundByIdAndAlias(String name, String id) {
        assertThat(Catalogue.find(name).id()).isEqualTo(id);
    }

    @ParameterizedTest
    @CsvSource({
        "ssl_resnext50_32x4, ssl_resnext50_32x4d",
        "resnext101_32x8d.fb_swsl_ig1b, swsl_resnext101_32x8d",
        "Fashion_ResNeXt20_8x4d, fashion_resnext20_8x4d",
    })
    void anUnknownNameIsAnsweredWithTheNearest(String name, String nearest) {
        assertThatThrownBy(() -> Catalogue.find(name))
                .isInstanceOf(CardinalException.class)
                .hasMessageStartingWith("card '" + name + "' is not in the catalogue; the nearest: " + nearest + ", ")
                .hasMessageEndingWith("The command 'models' lists all");
    }

    @Test
    void twoCardsOfOneNameAreABug() {
        ModelCard card = Catalogue.find("resnet18");

        assertThatThrownBy(() -> new Catalogue(List.of(card, card)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("'resnet18' names two cards: resnet18 and resnet18");
    }

    @Test
    void imageNetLabelsAreInTheOfficialOrder() {
        List<ClassLabel> labels = Catalogue.find("ssl_resnet18").labels();

        assertThat(labels)
                .hasSize(1000)
                .startsWith(new ClassLabel("tench", "n01440764"))
                .endsWith(new ClassLabel("toilet tissue", "n15075141"));
        assertThat(labels).extracting(ClassLabel::id).isSorted().doesNotHaveDuplicates();
        assertThat(labels).isSameAs(Catalogue.find("resnet101").labels());
    }

    @Test
    void cifarLabelsAreInTheOfficialOrder() {
        assertThat(Catalogue.find("resnext29_8x64d_cifar10").labels())
                .extracting(ClassLabel::name)
                .containsExactly(
                        "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck");
        assertThat(Catalogue.find("resnext29_16x64d_cifar100").labels())
                .extracting(ClassLabel::name)
                .hasSize(100)
                .isSorted()
                .doesNotHaveDuplicates()
                .contains("aquarium_fish", "seal", "worm");
    }

    @Test
    void aReleasedFileNamesItsHash() {
        assertThat(Catalogue.cards())
                .extracting(ModelCard::source)
                .filteredOn(source -> source.file() != null && source.file().matches(".*-[0-9a-f]{8}\\.pth"))
                .hasSize(21)
                .allSatisfy(source -> assertThat(source.file()).endsWith("-" + source.sha256Prefix() + ".pth"));
    }

    @Test
    void theDemoCheckpointIsEmbeddedAndHasItsHash() throws IOException, NoSuchAlgorithmException {
        ModelSource source = Catalogue.cards().get(0).source();
        MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
        String resource = Objects.requireNonNull(source.url()).replaceFirst("^classpath:", "");
        try (InputStream in = new DigestInputStream(new BufferedInputStream(resource(resource)), sha256)) {
            in.transferTo(OutputStream.nullOutputStream());
        }

        assertThat(resource).endsWith("/" + source.file());
        assertThat(HexFormat.of().formatHex(sha256.digest())).startsWith(source.sha256Prefix());
    }

    private static InputStream resource(String name) {
        return Objects.requireNonNull(CatalogueTest.class.getResourceAsStream(name), name);
    }
}
