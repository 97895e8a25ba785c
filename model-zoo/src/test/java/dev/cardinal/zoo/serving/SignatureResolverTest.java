package dev.cardinal.zoo.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.card.ClassLabel;
import dev.cardinal.zoo.card.ModelSource;
import dev.cardinal.zoo.card.Preprocessing;
import dev.cardinal.zoo.card.SavedModelCard;
import dev.cardinal.zoo.card.SavedModelCard.Input;
import dev.cardinal.zoo.card.SavedModelCard.Output;
import dev.cardinal.zoo.card.SavedModelCard.TensorLayout;
import dev.cardinal.zoo.serving.ModelInterface.Element;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The tables use the notation of the error messages for signatures: {@code x float [?, 28, 28, 3]}, separated by
 * commas.
 */
class SignatureResolverTest {
    private static final Pattern TENSOR = Pattern.compile("(\\w+) (\\w+) (\\[[^]]*]|of any shape)");
    private static final String OUTPUTS = "logits float [?, 2]";

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        image uint8 [?, ?, ?, 3]    |      | UINT8 | NHWC |
        image uint8 [?, 224, 224, 3]|      | UINT8 | NHWC |
        image uint8 [8, 224, 224, 3]|      | UINT8 | NHWC | 8
        x float [?, ?, ?, 3]        |      | FLOAT | NHWC |
        x float [?, 3, ?, ?]        |      | FLOAT | NCHW |
        x float [4, 3, 224, 224]    |      | FLOAT | NCHW | 4
        x float [?, ?, ?, ?]        | NCHW | FLOAT | NCHW |
        x float of any shape        | NHWC | FLOAT | NHWC |
        x float [?, 3, 224, 3]      | NCHW |       |      |
        """)
    void elementTypeAndLayoutAreDerivedFromTheSignature(
            String inputs,
            @Nullable TensorLayout declared,
            @Nullable Element element,
            @Nullable TensorLayout layout,
            @Nullable Integer batch) {
        SavedModelCard card = card(224, new Input(null, declared), NO_OUTPUT);
        if (element == null || layout == null) {
            assertThatThrownBy(() -> resolve(inputs, OUTPUTS, card)).hasMessageContaining("needs images of 3 pixels");
            return;
        }

        ModelInterface io = resolve(inputs, OUTPUTS, card);

        assertThat(io)
                .isEqualTo(new ModelInterface(
                        "serving_default",
                        inputs.substring(0, inputs.indexOf(' ')),
                        element,
                        layout,
                        batch,
                        "logits",
                        null,
                        null));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        x int32 [?, ?, ?, 3]     | input x is int32; supported are uint8 pixels or float
        x string [?]             | input x is string; supported are uint8 pixels or float
        x float [?, 150528]      | input x does not have the four dimensions of a batch of images
        x float [?, ?, ?, ?]     | the shape of input x does not show which dimension has the three channels; set the layout in the card, as "input": {"layout": "nhwc"}
        x float of any shape     | the shape of input x does not show which dimension has the three channels
        x float [?, 3, ?, 3]     | the shape of input x does not show which dimension has the three channels
        x float [?, 224, 224, 1] | the shape of input x does not show which dimension has the three channels
        x float [?, 299, 299, 3] | input x needs images of 299 pixels, but preprocessing.crop of the card is 224
        x float [?, 224, 192, 3] | input x needs images of 192 pixels, but preprocessing.crop of the card is 224
        x float [0, 224, 224, 3] | input x needs batches of 0 images
        x float [?, ?, ?, 3], y float [?] | there is not exactly one input; name the input for images in the card, as "input": {"name": NAME}
        """)
    void unsupportedInputIsRejectedWithTheWholeSignature(String inputs, String problem) {
        assertThatThrownBy(() -> resolve(inputs, OUTPUTS, card(224, NO_INPUT, NO_OUTPUT)))
                .isInstanceOf(CardinalException.class)
                .hasMessageStartingWith("model m does not match card pets: ")
                .hasMessageContaining(problem)
                .hasMessageEndingWith(
                        "; the model has signature serving_default: inputs " + inputs + "; outputs " + OUTPUTS);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        logits float [?, 2]                            |       |       |     | logits |       |
        probabilities float [?, 2]                     |       |       |     |        | probabilities |
        features float [?, 9], logits float [?, 2]     |       |       |     | logits |       | features
        f float [?, 9], logits float [?, ?]            |       |       | f   | logits |       | f
        dense float [?, 2]                             | dense |       |     | dense  |       |
        dense float of any shape                       |       | dense |     |        | dense |
        a float [?, 2], b float [?, 2]                 | b     | a     |     | b      | a     |
        """)
    void outputsAreFoundByNameOrByTheCard(
            String outputs,
            @Nullable String declaredLogits,
            @Nullable String declaredProbabilities,
            @Nullable String declaredFeatures,
            @Nullable String logits,
            @Nullable String probabilities,
            @Nullable String features) {
        ModelInterface io = resolve(
                "x float [?, ?, ?, 3]",
                outputs,
                card(224, NO_INPUT, new Output(declaredLogits, declaredProbabilities, declaredFeatures)));

        assertThat(List.of(
                        String.valueOf(io.logits()), String.valueOf(io.probabilities()), String.valueOf(io.features())))
                .containsExactly(String.valueOf(logits), String.valueOf(probabilities), String.valueOf(features));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        dense float [?, 2]        |      | no output is named logits or probabilities; name the output in the card, as "output": {"logits": "dense"}
        features float [?, 2]     |      | no output is named logits or probabilities
        dense float [?, 2]        | rest | the card's output.logits is rest, but there is no such output
        logits float [?, 3]       |      | output logits has 3 classes, but the card has 2 labels
        logits half [?, 2]        |      | output logits is half [?, 2], but logits must be float [images, numbers]
        logits float [?, 1, 1, 2] |      | output logits is float [?, 1, 1, 2], but logits must be float [images, numbers]
        """)
    void unsupportedOutputIsRejectedWithTheWholeSignature(String outputs, @Nullable String logits, String problem) {
        assertThatThrownBy(() ->
                        resolve("x float [?, ?, ?, 3]", outputs, card(224, NO_INPUT, new Output(logits, null, null))))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining(problem)
                .hasMessageEndingWith("outputs " + outputs);
    }

    @Test
    void allProblemsAreReportedTogether() {
        assertThatThrownBy(() -> resolve(
                        "x float [?, ?, ?, ?]",
                        "logits float [?, 5]",
                        card(224, NO_INPUT, new Output(null, "p", null))))
                .hasMessageContaining("output.probabilities is p, but there is no such output")
                .hasMessageContaining("output logits has 5 classes")
                .hasMessageContaining("does not show which dimension has the three channels");
    }

    @Test
    void modelWithAFixedImageSizeNeedsACardWithACrop() {
        assertThatThrownBy(() -> resolve("x float [?, 28, 28, 3]", OUTPUTS, card(null, NO_INPUT, NO_OUTPUT)))
                .hasMessageContaining("input x needs images of 28 pixels, but preprocessing.crop of the card is null");
    }

    @Test
    void layoutOfTheCardMustGiveThreeChannels() {
        assertThatThrownBy(() -> resolve(
                        "x float [?, 224, 224, 3]", OUTPUTS, card(224, new Input(null, TensorLayout.NCHW), NO_OUTPUT)))
                .hasMessageContaining("the card's input.layout is NCHW, which gives input x 224 channels instead of 3");
    }

    @Test
    void inputOfTheCardIsUsed() {
        String inputs = "training bool [], x float [?, ?, ?, 3]";

        assertThat(resolve(inputs, OUTPUTS, card(224, new Input("x", null), NO_OUTPUT))
                        .image())
                .isEqualTo("x");
        assertThatThrownBy(() -> resolve(inputs, OUTPUTS, card(224, new Input("y", null), NO_OUTPUT)))
                .hasMessageContaining("the card's input.name is y, but there is no such input");
    }

    @Test
    void signatureOfTheCardElseServingDefaultElseTheOnlyOneIsUsed() {
        ServingSignature initialization = signature("__saved_model_init_op", "", "op int32 []");
        ServingSignature predict = signature("predict", "x float [?]", OUTPUTS);
        ServingSignature usual = signature("serving_default", "x float [?]", OUTPUTS);

        assertThat(choose(List.of(predict, usual), null)).isEqualTo(usual);
        assertThat(choose(List.of(predict, usual), "predict")).isEqualTo(predict);
        assertThat(choose(List.of(initialization, predict), null)).isEqualTo(predict);
        assertThatThrownBy(() -> choose(List.of(predict, signature("other", "x float [?]", OUTPUTS)), null))
                .hasMessage(
                        "m has no signature serving_default, only predict, other; set 'signature' in the card to one of"
                                + " these");
        assertThatThrownBy(() -> choose(List.of(predict), "embed"))
                .hasMessageContaining("m has no signature embed, only predict;");
        assertThatThrownBy(() -> choose(List.of(initialization), null))
                .hasMessage("m has no signature serving_default and no other one; export the model with a signature");
    }

    private static final Input NO_INPUT = new Input(null, null);
    private static final Output NO_OUTPUT = new Output(null, null, null);

    private static ServingSignature choose(List<ServingSignature> signatures, @Nullable String wanted) {
        return ServingSignature.choose("m", signatures, wanted);
    }

    private static ModelInterface resolve(String inputs, String outputs, SavedModelCard card) {
        return SignatureResolver.of("model m", signature("serving_default", inputs, outputs), card);
    }

    private static ServingSignature signature(String key, String inputs, String outputs) {
        return new ServingSignature(key, specs(inputs), specs(outputs));
    }

    private static SortedMap<String, TensorSpec> specs(String text) {
        TreeMap<String, TensorSpec> specs = new TreeMap<>();
        Matcher tensors = TENSOR.matcher(text);
        while (tensors.find()) {
            specs.put(tensors.group(1), new TensorSpec(tensors.group(2), shape(tensors.group(3))));
        }
        return specs;
    }

    private static @Nullable List<Long> shape(String text) {
        if (!text.startsWith("[")) {
            return null;
        }
        String sizes = text.substring(1, text.length() - 1);
        return sizes.isEmpty()
                ? List.of()
                : Arrays.stream(sizes.split(", "))
                        .map(size -> size.equals("?") ? TensorSpec.ANY : Long.parseLong(size))
                        .toList();
    }

    private static SavedModelCard card(@Nullable Integer crop, Input input, Output output) {
        Preprocessing preprocessing = new Preprocessing(
                null,
                crop,
                Preprocessing.Interpolation.PILLOW_BILINEAR,
                Preprocessing.CropRounding.HALF_EVEN,
                List.of(0.5, 0.5, 0.5),
                List.of(0.2, 0.2, 0.2));
        return new SavedModelCard(
                "pets",
                List.of(),
                null,
                preprocessing,
                List.of(new ClassLabel("cat", null), new ClassLabel("dog", null)),
                new ModelSource(null, null, null, null, null),
                null,
                input,
                output);
    }
}
