package dev.cardinal.zoo.card;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.zoo.CardinalException;
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
    private static final ClassLabel CAT = new ClassLabel("cat", null);
    private static final ClassLabel DOG = new ClassLabel("dog", null);

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
    void missingFieldsHaveDefaults() {
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
        return ModelCatalog.cards();
    }

    @ParameterizedTest
    @MethodSource("everyCard")
    void writtenCardReadsBackEqual(ModelCard card) {
        String json = CardJson.write(card);

        assertThat(read(json)).isEqualTo(card);
        assertThat(CardJson.write(read(json))).isEqualTo(json);
    }

    @Test
    void cardIsWrittenInTheFormatOfTheCatalog() {
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
        "classes": 2       | "classes": 2, "eps": 1e-5 | architecture.eps is an unknown field; known fields: base_width, block, bn_eps, cardinality, classes, family, layers, stem
        "id": "pets",      | "id": "pets", "name": "p", | name is an unknown field; known fields: aliases, architecture, id, labels, preprocessing, source
        "cardinality": 32, | ``                  | architecture.cardinality is missing
        "cardinality": 32, | "cardinality": null,| architecture.cardinality is missing
        "cardinality": 32, | "cardinality": 32.5,| architecture.cardinality: line 4, column 20: it must be a whole number
        "cardinality": 32, | "cardinality": "32",| architecture.cardinality: line 4, column 20: it must be a whole number
        "cardinality": 32, | "cardinality": 0,   | architecture: cardinality must be at least 1, not 0
        "family": "resnext", | ``                | architecture: family is missing
        "stem": "imagenet" | "stem": "ImageNet"  | architecture.stem must be one of imagenet, cifar, deep, deep-tiered, deep-wide, not 'ImageNet'
        "stem": "imagenet" | "stem": 1           | architecture.stem must be one of imagenet, cifar, deep, deep-tiered, deep-wide, not '1'
        [3, 4, 6, 3]       | [3, null, 6, 3]     | architecture.layers[1] is missing
        [3, 4, 6, 3]       | 3                   | architecture.layers: line 3, column 94: it must be a list
        0.5, 0.5, 0.5      | 0.5, 0.5            | preprocessing: mean must be three finite numbers, not [0.5, 0.5]
        "id": "pets",      | ``                  | id must be letters, digits, dots, dashes and underscores, not 'null'
        "crop": 224        | "crop": [224, 224]  | preprocessing.crop: line 5, column 44: it must be a whole number
        "resize": 256      | "resize": 256.0     | preprocessing.resize: line 5, column 31: it must be a whole number
        "resize": 256      | "resize": 256, "crop_pct": 0.875 | preprocessing.crop_pct is an unknown field; known fields: crop, crop_mode, crop_rounding, interpolation, mean, resize, std; timm's crop_pct is resize = crop / crop_pct, rounded down
        "resize": 256      | "resize": 256, "interpolation": "bicubic" | preprocessing.interpolation must be one of pillow-bilinear, pillow-bicubic, pillow-lanczos, pillow-box, pillow-hamming, torch7-bicubic, not 'bicubic'
        [0.5, 0.5, 0.5]    | "imagenet"          | preprocessing.mean: line 5, column 57: it must be a list
        {"name": "cat"},   | ``                  | card pets: found 1 labels for 2 classes
        {"name": "cat"}    | {"name": "cat", "nom": "c"} | labels[0].nom is an unknown field; known fields: id, name
        {"name": "cat"}    | {"name": " "}       | labels: a class has no name
        {"name": "cat"}    | null                | labels[0] is missing
        [{"name": "cat"}, {"name": "dog", "id": "d"}] | "imagenet" | unknown labels 'imagenet'; included in Cardinal are imagenet1k, imagenet12k, cifar10, cifar100
        [{"name": "cat"}, {"name": "dog", "id": "d"}] | "cifar10"  | card pets: found 10 labels for 2 classes
        [{"name": "cat"}, {"name": "dog", "id": "d"}] | null       | labels is missing
        {"top1": 90.5}     | {"top5": 90.5}      | source.published.top1 is missing
        "id": "pets",      | "id": "pets", "id": "dogs", | invalid JSON: line 2, column 21: Duplicate field 'id'
        "id": "pets",      | "id": pets,         | invalid JSON: line 2, column 14: Unrecognized token 'pets'
        """)
    void invalidCardIsRejectedWithFileAndField(String right, String wrong, String problem) {
        assertThat(VALID).contains(right);

        assertThatThrownBy(() -> read(VALID.replace(right, wrong)))
                .isInstanceOf(CardinalException.class)
                .hasMessageStartingWith("pets.json: ")
                .hasMessageContaining(problem);
    }

    @Test
    void textAfterTheCardIsRejected() {
        assertThatThrownBy(() -> read(VALID + "{}"))
                .isInstanceOf(CardinalException.class)
                .hasMessageStartingWith("pets.json: ");
    }

    @Test
    void emptyFileIsRejected() {
        assertThatThrownBy(() -> read("")).isInstanceOf(CardinalException.class).hasMessageStartingWith("pets.json: ");
    }

    @Test
    void cardIsReadFromAFile(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("card.json"), VALID);

        assertThat(CardJson.read(file)).isEqualTo(read(VALID));
    }

    @Test
    void missingFileIsNamedInTheError(@TempDir Path directory) {
        Path file = directory.resolve("card.json");

        assertThatThrownBy(() -> CardJson.read(file))
                .isInstanceOf(CardinalException.class)
                .hasMessage("card " + file + " does not exist");
    }

    @Test
    void labelsAreAListOfNamesOrAFileNextToTheCard(@TempDir Path directory) throws Exception {
        String json = CardJson.write(ModelCatalog.find("resnet18").withLabels(List.of(CAT, DOG)));
        int labels = json.indexOf("\"labels\"");
        String before = json.substring(0, labels);
        String after = json.substring(json.indexOf("\"source\""));
        Path card = directory.resolve("card.json");

        Files.writeString(card, before + "\"labels\": [\"cat\", \"dog\"], " + after);
        assertThat(CardJson.read(card).labels()).containsExactly(CAT, DOG);

        Files.writeString(directory.resolve("pets.txt"), "0 cat\n1 dog\n");
        Files.writeString(card, before + "\"labels\": \"pets.txt\", " + after);
        assertThat(CardJson.read(card).labels()).containsExactly(CAT, DOG);
    }

    /** The file is the part that Cardinal reads of config.json of timm/resnext50_32x4d.a1h_in1k. */
    @Test
    void timmsConfigurationIsACard(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("config.json"), """
                {"architecture": "resnext50_32x4d", "num_classes": 1000, "num_features": 2048, "global_pool": "avg",
                 "pretrained_cfg": {"tag": "a1h_in1k", "custom_load": false, "input_size": [3, 224, 224],
                  "test_input_size": [3, 288, 288], "fixed_input_size": false, "interpolation": "bicubic",
                  "crop_pct": 0.95, "test_crop_pct": 1.0, "crop_mode": "center",
                  "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225], "num_classes": 1000}}
                """);

        ModelCard card = CardJson.read(file);

        assertThat(card.id()).isEqualTo("resnext50_32x4d.a1h_in1k");
        assertThat(card.architecture())
                .isEqualTo(ModelCatalog.find("resnext50_32x4d").architecture());
        assertThat(card.preprocessing())
                .isEqualTo(new Preprocessing(
                        235,
                        224,
                        Preprocessing.Interpolation.PILLOW_BICUBIC,
                        Preprocessing.CropRounding.HALF_EVEN,
                        List.of(0.485, 0.456, 0.406),
                        List.of(0.229, 0.224, 0.225)));
    }

    /** The files are parts of those that save_pretrained of transformers 4.46 writes. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"model_type\": \"resnet\", \"layer_type\": \"basic\", \"depths\": [2, 2, 2, 2]} | , which does not describe the"
                        + " preprocessing: use --card resnet18 --labels ",
                "{\"model_type\": \"resnet\", \"layer_type\": \"bottleneck\", \"depths\": [3, 4, 23, 3]} | , which does not"
                        + " describe the preprocessing: use --card resnet101 --labels ",
                "{\"model_type\": \"resnet\", \"depths\": [3, 4, 6, 3]} | : use --card resnet50 --labels ",
                "{\"model_type\": \"resnet\", \"depths\": [1, 1]} |  with [1,1] layers, which no card has",
                "{\"model_type\": \"vit\"} |  for the model type vit, but Cardinal imports ResNets and ResNeXts"
            })
    void configurationOfTransformersIsRefusedWithTheCard(String json, String reason, @TempDir Path directory)
            throws Exception {
        Path file = Files.writeString(directory.resolve("config.json"), json);

        assertThatThrownBy(() -> CardJson.read(file))
                .isInstanceOf(CardinalException.class)
                .hasMessageStartingWith("card " + file + " is a configuration of Hugging Face transformers")
                .hasMessageContaining(reason);
    }

    @Test
    void timmsConfigurationOfAnotherFamilyIsRefused(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(
                directory.resolve("config.json"), "{\"architecture\": \"convnext_tiny\", \"num_classes\": 1000}");

        assertThatThrownBy(() -> CardJson.read(file))
                .isInstanceOf(CardinalException.class)
                .hasMessageStartingWith(
                        file
                                + " is timm's configuration of convnext_tiny: card 'convnext_tiny' is not in the catalog; similar ids: ");
    }

    private static ModelCard read(String json) {
        return CardJson.read("pets.json", new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)));
    }
}
