package dev.cardinal.zoo.card;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The card of a SavedModel that Cardinal did not write: a {@link ModelCard} without a required architecture, plus the
 * facts that the signature of the model does not contain.
 *
 * @param id name of the model in predictions
 * @param aliases other names of the model
 * @param architecture architecture of the network, or null if it is neither ResNet nor ResNeXt
 * @param preprocessing conversion of an image into the input of the network; mean and std apply only to floating-point
 *     input
 * @param labels classes, in the order of the network's outputs
 * @param source origin of the weights
 * @param signature key of the signature to use; null selects {@code serving_default}, else the only signature
 * @param input the input for images
 * @param output names of the outputs
 */
public record SavedModelCard(
        String id,
        List<String> aliases,
        @Nullable Architecture architecture,
        Preprocessing preprocessing,
        List<ClassLabel> labels,
        ModelSource source,
        @Nullable String signature,
        Input input,
        Output output) {

    /**
     * The input for images.
     *
     * @param name key of the input in the signature; null selects the only input
     * @param layout order of the dimensions; null derives it from the shape
     */
    public record Input(@Nullable String name, @Nullable TensorLayout layout) {}

    /**
     * Keys of the outputs in the signature. Null selects the output with the name of the component, if it exists.
     *
     * @param logits output of the last layer
     * @param probabilities softmax of the logits
     * @param features pooled output of the last block
     */
    public record Output(
            @Nullable String logits,
            @Nullable String probabilities,
            @Nullable String features) {}

    /** Order of the dimensions of a batch of images. */
    public enum TensorLayout {
        /** Image, row, column, channel. */
        @JsonProperty("nhwc")
        NHWC,
        /** Image, channel, row, column. */
        @JsonProperty("nchw")
        NCHW
    }

    public SavedModelCard {
        CardProblems problems = new CardProblems();
        problems.requireId(id);
        problems.requirePresent("preprocessing", preprocessing);
        problems.requirePresent("labels", labels);
        if (labels != null) {
            problems.require(!labels.isEmpty(), "labels is empty");
            problems.requireLabels(labels, architecture);
        }
        problems.throwIfAny("card " + id);
        aliases = aliases == null ? List.of() : List.copyOf(aliases);
        labels = List.copyOf(labels);
        source = source == null ? new ModelSource(null, null, null, null, null) : source;
        input = input == null ? new Input(null, null) : input;
        output = output == null ? new Output(null, null, null) : output;
    }
}
