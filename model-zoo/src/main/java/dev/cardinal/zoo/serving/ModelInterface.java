package dev.cardinal.zoo.serving;

import dev.cardinal.zoo.card.SavedModelCard.TensorLayout;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * The interface of a SavedModel: the input for images with its type and layout, and the meaning of the outputs.
 *
 * @param signature key of the signature
 * @param image key of the input for images
 * @param element type of the input's elements
 * @param layout order of the input's dimensions
 * @param batch fixed number of images per call; null if any number is allowed
 * @param logits key of the output of the last layer, or null
 * @param probabilities key of the softmax of the logits, or null
 * @param features key of the pooled output of the last block, or null
 */
public record ModelInterface(
        String signature,
        String image,
        Element element,
        TensorLayout layout,
        @Nullable Integer batch,
        @Nullable String logits,
        @Nullable String probabilities,
        @Nullable String features)
        implements Serializable {

    /** The interface of every bundle that Cardinal writes. */
    public static final ModelInterface BUNDLE = new ModelInterface(
            ServingSignature.DEFAULT_KEY,
            "image",
            Element.UINT8,
            TensorLayout.NHWC,
            null,
            "logits",
            "probabilities",
            "features");

    /** Type of an input's elements. */
    public enum Element {
        /** The pixels themselves: the model normalizes them. */
        UINT8,
        /** (pixel / 255 - mean) / std, in 32-bit floats. */
        FLOAT
    }

    public ModelInterface {
        if (logits == null && probabilities == null) {
            throw new IllegalArgumentException("a model needs logits or probabilities");
        }
    }
}
