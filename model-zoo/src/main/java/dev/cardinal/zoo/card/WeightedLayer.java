package dev.cardinal.zoo.card;

import java.util.List;
import java.util.Map;

/** A layer inside a network that has weights. The last layer is not one of them. */
public sealed interface WeightedLayer permits Convolution, BatchNorm {

    /** Returns the prefix of the layer's weights in the graph. */
    String name();

    /** Returns name and shape of every tensor that a checkpoint must contain for this layer, in order. */
    Map<String, List<Long>> tensors();

    /** Returns the number of trainable parameters. */
    long parameters();
}
