package dev.cardinal.zoo;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The card of a SavedModel that was made elsewhere: a {@link ModelCard} whose architecture need not be known, with what its
 * signature does not tell.
 *
 * @param id name of the model in predictions
 * @param aliases other names it is found by
 * @param architecture shape of the network, or null where it is of another family
 * @param preprocessing how an image becomes its input; mean and std only where that is floating-point
 * @param labels its classes, in the order of its outputs
 * @param source where its weights come from
 * @param signature key of the signature to use; null takes {@code serving_default}, else the only one
 * @param input which input takes images, and how
 * @param output what its outputs are
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
     * Which input takes images, and how.
     *
     * @param name key of the input in the signature; null takes the only one
     * @param layout order of its dimensions; null tells it from the shape
     */
    public record Input(@Nullable String name, @Nullable Layout layout) {}

    /**
     * Keys of the outputs in the signature; null takes one of the component's own name, if there is one.
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
    public enum Layout {
        /** Image, row, column, channel. */
        @JsonProperty("nhwc")
        NHWC,
        /** Image, channel, row, column. */
        @JsonProperty("nchw")
        NCHW
    }

    public SavedModelCard {
        Problems problems = new Problems();
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
