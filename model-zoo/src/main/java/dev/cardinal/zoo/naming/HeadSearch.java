package dev.cardinal.zoo.naming;

import dev.cardinal.zoo.checkpoint.TensorInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The result of the search for the last layer of a network. The layer can have any name: {@code fc}, {@code fc.1} after a
 * dropout, {@code head.fc}, {@code classifier}, {@code last_linear}. It is the only linear layer that takes the features.
 *
 * @param head the last layer, or null
 * @param problem why no layer was found, as the end of a sentence about the checkpoint; empty if one was found
 * @param isAbsent whether the state dict has no linear layer at all
 */
record HeadSearch(@Nullable Head head, String problem, boolean isAbsent) {
    private static final long MAX_CLASSES = 1_000_000;

    /** A linear layer next to the network. */
    private record Linear(String weight, String module, long outputs, long inputs) {
        @Override
        public String toString() {
            return weight + " [" + outputs + ", " + inputs + "]";
        }
    }

    /**
     * Finds the last layer.
     *
     * @param features inputs of the layer
     * @param expectedClasses number of outputs that the user expects, to choose between several layers
     */
    static HeadSearch of(Surroundings surroundings, int features, int expectedClasses) {
        List<Linear> layers = linear(surroundings);
        List<Linear> candidates =
                layers.stream().filter(layer -> layer.inputs == features).toList();
        if (candidates.isEmpty()) {
            return new HeadSearch(null, absent(surroundings, layers, features), layers.isEmpty());
        }
        if (candidates.size() == 1) {
            return checked(surroundings, layers, candidates.get(0));
        }
        if (candidates.stream().map(Linear::module).distinct().count() == 1) {
            return twoLayers(candidates.get(0), candidates.get(1));
        }
        List<Linear> fitting = candidates.stream()
                .filter(layer -> layer.outputs == expectedClasses)
                .toList();
        return fitting.size() == 1
                ? checked(surroundings, layers, fitting.get(0))
                : problem(
                        "it has several layers for the " + features + " features, but only one can be the classifier: "
                                + candidates.stream().map(Linear::toString).collect(Collectors.joining(" and "))
                                + "; save the model without the others");
    }

    private static HeadSearch checked(Surroundings surroundings, List<Linear> layers, Linear chosen) {
        Optional<Linear> next = layers.stream()
                .filter(layer -> !layer.equals(chosen))
                .filter(layer -> layer.module.equals(chosen.module)
                        || (layer.inputs == chosen.outputs && layer.inputs != chosen.inputs))
                .findFirst();
        if (next.isPresent()) {
            return twoLayers(chosen, next.get());
        }
        String bias = Names.layer(chosen.weight) + ".bias";
        Optional<String> other = surroundings.others().values().stream()
                .filter(tensor ->
                        !tensor.name().equals(chosen.weight) && !tensor.name().equals(bias))
                .filter(tensor -> surroundings.module(tensor.name()).equals(chosen.module))
                .filter(tensor -> tensor.type().isFloating())
                .map(TensorInfo::name)
                .filter(name -> !Names.isCounter(name) && !Names.isLossOrMetric(name))
                .findFirst();
        if (other.isPresent()) {
            return problem("its head has other weights next to " + chosen + ": " + other.get()
                    + "; Cardinal's networks end with one linear layer");
        }
        if (chosen.outputs == 1) {
            return problem(oneOutput(chosen));
        }
        if (chosen.outputs > MAX_CLASSES) {
            return problem("its head " + chosen + " has more than " + MAX_CLASSES + " outputs");
        }
        TensorInfo stored = surroundings.others().get(bias);
        if (stored != null && (!stored.type().isFloating() || !stored.shape().equals(List.of(chosen.outputs)))) {
            return problem(bias + " has type " + stored.type() + " and shape " + stored.shape() + ", not ["
                    + chosen.outputs + "]");
        }
        return new HeadSearch(
                new Head(chosen.weight, stored == null ? null : bias, Math.toIntExact(chosen.outputs)), "", false);
    }

    private static HeadSearch problem(String problem) {
        return new HeadSearch(null, problem, false);
    }

    private static HeadSearch twoLayers(Linear first, Linear second) {
        return problem("its head has two layers, " + first + " and " + second
                + ", but Cardinal's networks end with one linear layer; train such a head on the backbone, or export the"
                + " whole model as a SavedModel");
    }

    private static String oneOutput(Linear layer) {
        return "its head has one output, " + layer + ", for a sigmoid: the softmax of one class is 1.0 for every image."
                + " Save two outputs instead, whose softmax is that sigmoid: weight = torch.cat([torch.zeros_like(w), w]),"
                + " bias = torch.cat([torch.zeros_like(b), b]), and name both classes with --labels";
    }

    /** Returns the reason if no layer takes the features. */
    private static String absent(Surroundings surroundings, List<Linear> layers, int features) {
        Optional<String> unreadable = surroundings.location().names().unreadable().entrySet().stream()
                .filter(entry -> Names.last(entry.getKey()).equals("weight"))
                .map(entry -> "tensor " + entry.getKey() + " is " + entry.getValue())
                .findFirst();
        if (unreadable.isPresent()) {
            return unreadable.get();
        }
        if (layers.isEmpty()) {
            return "there is no classifier in it: no layer takes the " + features
                    + " features of the network; save the model with its last layer";
        }
        Linear last = layers.get(layers.size() - 1);
        Optional<Linear> before = layers.stream()
                .filter(layer ->
                        !layer.equals(last) && layer.module.equals(last.module) && layer.outputs == last.inputs)
                .findFirst();
        if (before.isPresent()) {
            return twoLayers(before.get(), last).problem;
        }
        return "its last layer " + last + " takes " + last.inputs + " features, but the network gives " + features;
    }

    /** Returns all linear layers outside of the network and its copies. */
    private static List<Linear> linear(Surroundings surroundings) {
        List<Linear> layers = new ArrayList<>();
        for (TensorInfo tensor : surroundings.others().values()) {
            String name = tensor.name();
            if (Names.isLinear(tensor) && !Names.isLossOrMetric(name) && !surroundings.isInNetwork(name)) {
                layers.add(new Linear(
                        name,
                        surroundings.module(name),
                        tensor.shape().get(0),
                        tensor.shape().get(1)));
            }
        }
        return layers;
    }
}
