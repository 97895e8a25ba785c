package dev.cardinal.zoo.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.cardinal.zoo.card.Architecture;
import dev.cardinal.zoo.card.Architecture.Block;
import dev.cardinal.zoo.card.Architecture.Family;
import dev.cardinal.zoo.card.Architecture.Stem;
import dev.cardinal.zoo.card.ClassLabel;
import dev.cardinal.zoo.card.Convolution;
import dev.cardinal.zoo.card.ModelCard;
import dev.cardinal.zoo.card.ModelSource;
import dev.cardinal.zoo.card.Preprocessing;
import dev.cardinal.zoo.card.WeightedLayer;
import dev.cardinal.zoo.serving.ModelInterface;
import dev.cardinal.zoo.serving.SessionSettings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.SaverDef;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;

/** Compares the graph with the outputs of PyTorch, which src/test/fixtures/graph_parity.py wrote. */
class SavedModelWriterTest {
    private static final int HEIGHT = 75;
    private static final int WIDTH = 53;
    private static final int IMAGES = 2;
    private static final int IMAGE_TENSOR = 255;
    private static final double TOLERANCE = 1e-4;

    private static final Architecture SMALL =
            new Architecture(Family.RESNEXT, Stem.CIFAR, Block.BOTTLENECK, List.of(1), 2, 4, 2, 1e-5);

    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource({
        "imagenet_bottleneck_32x4d, IMAGENET, BOTTLENECK, 1 2 1 1, 32, 4,  7,  1e-5",
        "imagenet_bottleneck_1x64d, IMAGENET, BOTTLENECK, 1 1,     1,  64, 5,  1e-5",
        "imagenet_bottleneck_2x40d, IMAGENET, BOTTLENECK, 2 1,     2,  40, 5,  1e-5",
        "imagenet_basic,            IMAGENET, BASIC,      2 1 1 1, 1,  64, 6,  1e-5",
        "cifar_bottleneck_8x4d,     CIFAR,    BOTTLENECK, 2 1 1,   8,  4,  10, 1e-3",
        "cifar_bottleneck_3x24d,    CIFAR,    BOTTLENECK, 1 1,     3,  24, 4,  1e-5",
        "cifar_basic,               CIFAR,    BASIC,      1 1 1,   1,  64, 3,  1e-5"
    })
    void outputsEqualThoseOfPyTorch(
            String variant,
            Stem stem,
            Block block,
            String layers,
            int cardinality,
            int baseWidth,
            int classes,
            double eps)
            throws IOException {
        List<Integer> stages =
                Arrays.stream(layers.split(" ")).map(Integer::valueOf).toList();
        Architecture architecture =
                new Architecture(Family.RESNEXT, stem, block, stages, cardinality, baseWidth, classes, eps);
        SavedModelWriter.write(card(variant, architecture), weights(architecture)::get, directory);

        try (SavedModelBundle model = SavedModelBundle.load(directory.toString());
                TUint8 image = image()) {
            try (Result result = model.function("serving_default").call(Map.of("image", image))) {
                assertOutputs(
                        variant,
                        architecture,
                        (TFloat32) result.get("logits").orElseThrow(),
                        (TFloat32) result.get("features").orElseThrow(),
                        (TFloat32) result.get("probabilities").orElseThrow());
            }
            List<String> outputs = List.of("logits:0", "features:0", "probabilities:0");
            for (GroupMerge merge : List.of(GroupMerge.NONE, new GroupMerge(16))) {
                try (Graph graph = GraphFreezer.freeze(model, outputs, merge).orElseThrow();
                        Session session = new Session(graph, SessionConfigs.of(SessionSettings.cpu()));
                        Result result = session.runner()
                                .feed("image:0", image)
                                .fetch("logits:0")
                                .fetch("features:0")
                                .fetch("probabilities:0")
                                .run()) {
                    assertOutputs(variant, architecture, (TFloat32) result.get(0), (TFloat32) result.get(1), (TFloat32)
                            result.get(2));
                }
            }
        }
    }

    private void assertOutputs(
            String variant, Architecture architecture, TFloat32 logits, TFloat32 features, TFloat32 probabilities)
            throws IOException {
        assertThat(logits.shape()).isEqualTo(Shape.of(IMAGES, architecture.classes()));
        assertThat(features.shape()).isEqualTo(Shape.of(IMAGES, architecture.features()));
        for (int i = 0; i < IMAGES; i++) {
            assertEqual(logits, i, expected(variant, i, "logits"));
            assertEqual(features, i, expected(variant, i, "features"));
            assertEqual(probabilities, i, softmax(expected(variant, i, "logits")));
        }
    }

    @Test
    void corruptWeightIsDetectedWhenTheModelIsLoaded() throws IOException {
        SavedModelWriter.write(card("small", SMALL), weights(SMALL)::get, directory);
        Path file = directory.resolve("variables/variables.data-00000-of-00001");
        byte[] data = Files.readAllBytes(file);
        data[data.length / 2] ^= 1;
        Files.write(file, data);

        assertThatThrownBy(() -> SavedModelBundle.load(directory.toString()))
                .isInstanceOf(TensorFlowException.class)
                .hasMessageContaining("Checksum does not match");
    }

    @Test
    void fixedImageSizeGivesTheSameLogits() throws IOException {
        int edge = 20;
        byte[] pixels = new byte[edge * edge * 3];
        new Random(1).nextBytes(pixels);
        List<float[]> logits = new ArrayList<>();
        for (Integer crop : Arrays.asList(null, edge)) {
            ModelCard card = card("small", SMALL, crop);
            Path model = directory.resolve("crop " + crop);
            SavedModelWriter.write(card, weights(SMALL)::get, model);
            try (SavedModelSession session =
                    SavedModelSession.load(model, ModelInterface.BUNDLE, card.preprocessing(), SessionSettings.cpu())) {
                logits.add(session.run(List.of(pixels, new byte[pixels.length]), edge, edge)
                        .get(0)
                        .logits());
            }
        }

        assertThat(logits.get(1)).containsExactly(logits.get(0));
    }

    @Test
    void tensorFlowSavesTheSameVariablesThatItRestored() throws IOException {
        SavedModelWriter.write(card("small", SMALL), weights(SMALL)::get, directory);
        Path again = directory.resolve("again");

        try (SavedModelBundle model = SavedModelBundle.load(directory.toString());
                TString prefix = TString.scalarOf(again.toString())) {
            SaverDef saver = model.metaGraphDef().getSaverDef();
            model.session()
                    .runner()
                    .feed(saver.getFilenameTensorName(), prefix)
                    .fetch(saver.getSaveTensorName())
                    .run()
                    .close();
        }

        // TensorFlow sorts the variables by name, so that the same numbers are at other offsets
        byte[] written = Files.readAllBytes(directory.resolve("variables/variables.data-00000-of-00001"));
        byte[] saved = Files.readAllBytes(directory.resolve("again.data-00000-of-00001"));
        assertThat(sorted(saved)).containsExactly(sorted(written));
    }

    private static float[] sorted(byte[] bytes) {
        float[] values = new float[bytes.length / Float.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
        Arrays.sort(values);
        return values;
    }

    private static void assertEqual(TFloat32 actual, int image, double[] expected) {
        double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
        for (int c = 0; c < expected.length; c++) {
            assertThat((double) actual.getFloat(image, c))
                    .as("image %d, output %d", image, c)
                    .isCloseTo(expected[c], within(TOLERANCE * largest));
        }
    }

    private static double[] softmax(double[] logits) {
        double sum = Arrays.stream(logits).map(Math::exp).sum();
        return Arrays.stream(logits).map(z -> Math.exp(z) / sum).toArray();
    }

    private static double[] expected(String variant, int image, String output) throws IOException {
        String prefix = variant + "," + image + "," + output + ",";
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                SavedModelWriterTest.class.getResourceAsStream("expected_outputs.csv"), StandardCharsets.UTF_8))) {
            String line =
                    lines.lines().filter(l -> l.startsWith(prefix)).findFirst().orElseThrow();
            return Arrays.stream(line.substring(prefix.length()).split(" "))
                    .mapToDouble(Double::parseDouble)
                    .toArray();
        }
    }

    private static ModelCard card(String id, Architecture architecture) {
        return card(id, architecture, null);
    }

    private static ModelCard card(String id, Architecture architecture, @Nullable Integer crop) {
        Preprocessing preprocessing = new Preprocessing(
                crop,
                crop,
                Preprocessing.Interpolation.PILLOW_BILINEAR,
                Preprocessing.CropRounding.HALF_EVEN,
                List.of(0.485, 0.456, 0.406),
                List.of(0.229, 0.224, 0.225));
        List<ClassLabel> labels = IntStream.range(0, architecture.classes())
                .mapToObj(c -> new ClassLabel("class " + c, null))
                .toList();
        return new ModelCard(
                id, List.of(), architecture, preprocessing, labels, new ModelSource(null, null, null, null, null));
    }

    private static TUint8 image() {
        TUint8 image = TUint8.tensorOf(Shape.of(IMAGES, HEIGHT, WIDTH, 3));
        double[] values = unit(IMAGE_TENSOR, IMAGES * HEIGHT * WIDTH * 3);
        for (int i = 0; i < values.length; i++) {
            image.asRawTensor().data().setByte((byte) (int) (values[i] * 256), i);
        }
        return image;
    }

    private static Map<String, float[]> weights(Architecture architecture) {
        Map<String, float[]> weights = new HashMap<>();
        int tensor = 0;
        for (WeightedLayer layer : architecture.weightedLayers()) {
            Convolution c = (Convolution) layer;
            int size = (int) c.weights();
            double bound = Math.sqrt(6.0 * c.out() / size);
            weights.put(c.name() + ".weight", between(tensor++, size, -bound, bound));
            weights.put(c.batchNorm() + ".weight", between(tensor++, c.out(), 0.5, 1.5));
            weights.put(c.batchNorm() + ".bias", between(tensor++, c.out(), -0.5, 0.5));
            weights.put(c.batchNorm() + ".running_mean", between(tensor++, c.out(), -0.5, 0.5));
            weights.put(c.batchNorm() + ".running_var", between(tensor++, c.out(), 0.5, 1.5));
        }
        double bound = Math.sqrt(3.0 / architecture.features());
        weights.put("fc.weight", between(tensor++, architecture.classes() * architecture.features(), -bound, bound));
        weights.put("fc.bias", between(tensor, architecture.classes(), -0.5, 0.5));
        return weights;
    }

    private static float[] between(int tensor, int count, double low, double high) {
        double[] units = unit(tensor, count);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (low + (high - low) * units[i]);
        }
        return values;
    }

    /** Returns pseudo-random numbers with the formula of graph_parity.py. */
    private static double[] unit(int tensor, int count) {
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            int v = i + (tensor << 24);
            v ^= v >>> 16;
            v *= 0x85EBCA6B;
            v ^= v >>> 13;
            v *= 0xC2B2AE35;
            v ^= v >>> 16;
            values[i] = Integer.toUnsignedLong(v) / 4294967296.0;
        }
        return values;
    }
}
