package dev.cardinal.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class CardJsonTest {
    private static final String VALID = """
            {
              "id": "pets",
              "architecture": {"family": "resnext", "stem": "imagenet", "block": "bottleneck", "layers": [3, 4, 6, 3],
                "cardinality": 32, "base_width": 4, "classes": 2},
              "preprocessing": {"resize": 256, "crop": 224, "mean": [0.5, 0.5, 0.5], "std": [0.2, 0.2, 0.2]},
              "labels": [{"name": "cat"}, {"name": "dog", "id": "d"}],
              "source": {"file": "pets.pth", "published": {"top1": 90.5}}
            }
            """;

    @Test
    void whatACardDoesNotSayHasItsDefault() {
        assertThat(read(VALID))
                .isEqualTo(new ModelCard(
                        "pets",
                        List.of(),
                        new Architecture(
                                Architecture.Family.RESNEXT,
                                Architecture.Stem.IMAGENET,
                                Architecture.Block.BOTTLENECK,
                                List.of(3, 4, 6, 3),
                                32,
                                4,
                                2,
                                1e-5),
                        new Preprocessing(
                                256,
                                224,
                                Preprocessing.Interpolation.PILLOW_BILINEAR,
                                Preprocessing.CropRounding.HALF_EVEN,
                                List.of(0.5, 0.5, 0.5),
                                List.of(0.2, 0.2, 0.2)),
                        List.of(new ClassLabel("cat", null), new ClassLabel("dog", "d")),
                        new ModelSource("pets.pth", null, null, null, new ModelSource.Published(90.5, null, null))));
    }

    static List<ModelCard> everyCard() {
        return Catalogue.cards();
    }

    @ParameterizedTest
    @MethodSource("everyCard")
    void whatIsWrittenReadsBackAsTheSameCard(ModelCard card) {
        String json = CardJson.write(card);

        assertThat(read(json)).isEqualTo(card);
        assertThat(CardJson.write(read(json))).isEqualTo(json);
    }

    @Test
    void aCardIsWrittenInTheFormatOfTheCatalogue() {
        assertThat(CardJson.write(read(VALID))).isEqualTo("""
                        {
                          "id": "pets",
                          "aliases": [],
                          "architecture": {
                            "family": "resnext",
                            "stem": "imagenet",
                            "block": "bottleneck",
                            "layers": [ 3, 4, 6, 3 ],
                            "cardinality": 32,
                            "base_width": 4,
                            "classes": 2,
                            "bn_eps": 1.0E-5
                          },
                          "preprocessing": {
                            "resize": 256,
                            "crop": 224,
                            "interpolation": "pillow-bilinear",
                            "crop_rounding": "half-even",
                            "mean": [ 0.5, 0.5, 0.5 ],
                            "std": [ 0.2, 0.2, 0.2 ]
                          },
                          "labels": [ {
                            "name": "cat",
                            "id": null
                          }, {
                            "name": "dog",
                            "id": "d"
                          } ],
                          "source": {
                            "file": "pets.pth",
                            "url": null,
                            "sha256_prefix": null,
                            "licence": null,
                            "published": {
                              "top1": 90.5,
                              "top5": null,
                              "note": null
                            }
                          }
                        }
                        """);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        "cardinality": 32, | "cardinallity": 32, | architecture.cardinality is missing
        "classes": 2       | "classes": 2, "eps": 1e-5 | architecture.eps is unknown; known here: base_width, block, bn_eps, cardinality, classes, family, layers, stem
        "id": "pets",      | "id": "pets", "name": "p", | name is unknown; known here: aliases, architecture, id, labels, preprocessing, source
        "cardinality": 32, | ``                  | architecture.cardinality is missing
        "cardinality": 32, | "cardinality": null,| architecture.cardinality is missing
        "cardinality": 32, | "cardinality": 32.5,| architecture.cardinality: line 4, column 20: Cannot coerce Floating-point value (32.5) to `int`
        "cardinality": 32, | "cardinality": "32",| architecture.cardinality: line 4, column 20: Cannot coerce String value ("32")
        "cardinality": 32, | "cardinality": 0,   | architecture: cardinality must be at least 1, not 0
        "family": "resnext", | ``                | architecture: family is missing
        "stem": "imagenet" | "stem": "ImageNet"  | architecture.stem must be one of imagenet, cifar, not 'ImageNet'
        "stem": "imagenet" | "stem": 1           | architecture.stem must be one of imagenet, cifar, not '1'
        [3, 4, 6, 3]       | [3, null, 6, 3]     | architecture.layers[1] is missing
        [3, 4, 6, 3]       | 3                   | architecture.layers: line 3, column 94: Cannot deserialize value of type
        0.5, 0.5, 0.5      | 0.5, 0.5            | preprocessing: mean must be three finite numbers, not [0.5, 0.5]
        "id": "pets",      | ``                  | id must be letters, digits, dots, dashes and underscores, not 'null'
        {"name": "cat"},   | ``                  | card pets: it has 1 labels for 2 classes
        {"name": "cat"}    | {"name": "cat", "nom": "c"} | labels[0].nom is unknown; known here: id, name
        {"name": "cat"}    | {"name": " "}       | labels: a class needs a name
        {"name": "cat"}    | null                | labels[0] is missing
        [{"name": "cat"}, {"name": "dog", "id": "d"}] | "imagenet" | labels 'imagenet' do not come with Cardinal; these do: imagenet1k, cifar10, cifar100
        [{"name": "cat"}, {"name": "dog", "id": "d"}] | "cifar10"  | card pets: it has 10 labels for 2 classes
        [{"name": "cat"}, {"name": "dog", "id": "d"}] | null       | labels is missing
        {"top1": 90.5}     | {"top5": 90.5}      | source.published.top1 is missing
        "id": "pets",      | "id": "pets", "id": "dogs", | it is no JSON: line 2, column 21: Duplicate field 'id'
        "id": "pets",      | "id": pets,         | it is no JSON: line 2, column 14: Unrecognized token 'pets'
        """)
    void aWrongCardIsRefusedNamingFileAndField(String right, String wrong, String problem) {
        assertThat(VALID).contains(right);

        assertThatThrownBy(() -> read(VALID.replace(right, wrong)))
                .isInstanceOf(CardinalException.class)
                .hasMessageStartingWith("pets.json: ")
                .hasMessageContaining(problem);
    }

    @Test
    void textAfterTheCardIsRefused() {
        assertThatThrownBy(() -> read(VALID + "{}"))
                .isInstanceOf(CardinalException.class)
                .hasMessageStartingWith("pets.json: ");
    }

    @Test
    void anEmptyFileIsRefused() {
        assertThatThrownBy(() -> read("")).isInstanceOf(CardinalException.class).hasMessageStartingWith("pets.json: ");
    }

    @Test
    void aCardIsReadFromAFile(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("card.json"), VALID);

        assertThat(CardJson.read(file)).isEqualTo(read(VALID));
    }

    @Test
    void aMissingFileIsNamed(@TempDir Path directory) {
        Path file = directory.resolve("card.json");

        assertThatThrownBy(() -> CardJson.read(file))
                .isInstanceOf(CardinalException.class)
                .hasMessageStartingWith("card " + file + " cannot be read: ");
    }

    private static ModelCard read(String json) {
        return CardJson.read("pets.json", new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)));
    }
}
