package dev.cardinal.zoo.naming;

import dev.cardinal.zoo.checkpoint.TensorInfo;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The tensors of a state dict that the card does not have. Immutable.
 *
 * @param inNetwork plain names of tensors inside the network, which mean that it is not the network of the card
 * @param layers plain names of layers next to the network, which the model may or may not use
 * @param skipped plain names of all others: counters, losses, metrics, buffers
 */
record Extras(List<String> inNetwork, List<String> layers, List<String> skipped) {
    private static final int SHOWN = 3;

    /** Sorts the tensors next to a network and its last layer. */
    static Extras of(Surroundings surroundings, Head head) {
        Extras extras = new Extras(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        surroundings.others().forEach((name, tensor) -> {
            if (!name.equals(head.weight()) && !name.equals(head.bias())) {
                extras.kind(surroundings, tensor, head).add(name);
            }
        });
        return extras;
    }

    private List<String> kind(Surroundings surroundings, TensorInfo tensor, Head head) {
        String name = tensor.name();
        if (Names.isCounter(name)
                || Names.isLossOrMetric(name)
                || !tensor.type().isFloating()) {
            return skipped;
        }
        if (surroundings.isInNetwork(name)) {
            return inNetwork;
        }
        StateDictNames names = surroundings.location().names();
        boolean layer = Names.isLayer(names, tensor);
        if (layer && isOtherHead(names, name, head)) {
            return layers;
        }
        if (name.startsWith(surroundings.location().prefix())) {
            boolean exponent = tensor.shape().equals(List.of(1L)); // the exponent of generalized mean pooling
            return layer || exponent ? inNetwork : skipped;
        }
        return layer ? layers : skipped;
    }

    /** Returns whether a tensor belongs to another linear layer for the same features: the head of another task. */
    private static boolean isOtherHead(StateDictNames names, String name, Head head) {
        TensorInfo own = names.get(head.weight());
        TensorInfo other = names.get(Names.layer(name) + ".weight");
        return own != null
                && other != null
                && Names.isLinear(other)
                && other.shape().get(1).equals(own.shape().get(1))
                && !other.shape().get(0).equals(other.shape().get(1)); // a hidden layer in front of the last one
    }

    /** Returns the skipped tensors in a few words, such as {@code 20 x num_batches_tracked, n_averaged}. */
    static String summary(List<String> names) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        names.forEach(name -> counts.merge(Names.isCounter(name) ? Names.last(name) : name, 1, Integer::sum));
        List<String> parts = counts.entrySet().stream()
                .limit(SHOWN)
                .map(entry -> entry.getValue() == 1 ? entry.getKey() : entry.getValue() + " x " + entry.getKey())
                .toList();
        String more = counts.size() > SHOWN ? " and " + (counts.size() - SHOWN) + " more" : "";
        return String.join(", ", parts) + more;
    }
}
