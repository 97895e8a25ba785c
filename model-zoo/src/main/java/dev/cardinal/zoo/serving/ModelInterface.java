package dev.cardinal.zoo.serving;

import dev.cardinal.zoo.SavedModelCard.Layout;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * How a SavedModel is asked: which input takes images in which form, and which outputs are what.
 *
 * @param signature key of the signature
 * @param image key of the input that takes images
 * @param element type of the input's elements
 * @param layout order of the input's dimensions
 * @param batch images of every call, null where any number will do
 * @param logits key of the output of the last layer, or null
 * @param probabilities key of the softmax of the logits, or null
 * @param features key of the pooled output of the last block, or null
 */
public record ModelInterface(
        String signature,
        String image,
        Element element,
        Layout layout,
        @Nullable Integer batch,
        @Nullable String logits,
        @Nullable String probabilities,
        @Nullable String features)
        implements Serializable {

    /** That of every bundle that Cardinal writes. */
    public static final ModelInterface BUNDLE = new ModelInterface(
            ServingSignature.DEFAULT_KEY,
            "image",
            Element.UINT8,
            Layout.NHWC,
            null,
            "logits",
            "probabilities",
            "features");

    /** Type of an input's elements. */
    public enum Element {
        /** The pixels themselves: the model normalises them. */
        UINT8,
        /** (pixel / 255 - mean) / std, in 32-bit floats. */
        FLOAT
    }

    public ModelInterface {
        if (logits == null && probabilities == null) {
            throw new IllegalArgumentException("a model gives logits or probabilities");
        }
    }
}
