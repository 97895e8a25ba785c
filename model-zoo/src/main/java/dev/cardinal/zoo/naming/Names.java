package dev.cardinal.zoo.naming;

import dev.cardinal.zoo.checkpoint.TensorInfo;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Rules about names and shapes that hold in the state dicts of all frameworks. */
final class Names {
    /** Numbers that modules keep next to their weights and that no forward pass in evaluation mode reads. */
    private static final Set<String> COUNTERS =
            Set.of("num_batches_tracked", "n_averaged", "total_ops", "total_params", "initted", "step", "steps");

    /** Words in the names of modules that a forward pass in evaluation mode does not use. */
    private static final Set<String> LOSS_OR_METRIC = Set.of(
            "criterion",
            "loss",
            "losses",
            "metric",
            "metrics",
            "acc",
            "accuracy",
            "auroc",
            "f1",
            "confmat",
            "confusion");

    private static final Pattern NOT_PRINTABLE = Pattern.compile("[\\p{Cntrl}\\x80-\\x9F]");
    private static final int MAX_LINE = 600;

    private Names() {}

    /** Returns one line without control characters, because names come from untrusted files. */
    static String printable(String line) {
        String plain = NOT_PRINTABLE.matcher(line).replaceAll("?");
        return plain.length() <= MAX_LINE ? plain : plain.substring(0, MAX_LINE) + "...";
    }

    /** Returns whether a name is a counter, which does not change what the network computes. */
    static boolean isCounter(String name) {
        return COUNTERS.contains(last(name));
    }

    /** Returns whether a tensor belongs to a loss function or a metric. */
    static boolean isLossOrMetric(String name) {
        return Arrays.stream(name.toLowerCase(Locale.ROOT).split("[._]", -1)).anyMatch(LOSS_OR_METRIC::contains);
    }

    /**
     * Returns whether a tensor is part of a layer that computes something: a weight of 2 or more dimensions, a bias or a
     * normalization.
     */
    static boolean isLayer(StateDictNames names, TensorInfo tensor) {
        String name = tensor.name();
        if (!tensor.type().isFloating()) {
            return false;
        }
        int rank = tensor.shape().size();
        String last = last(name);
        if (last.equals("weight") && rank >= 2) {
            return true;
        }
        String layer = layer(name);
        return switch (last) {
            case "weight", "running_mean", "running_var" ->
                rank == 1 && (names.get(layer + ".bias") != null || names.get(layer + ".running_var") != null);
            case "bias" -> names.get(layer + ".weight") != null;
            default -> false;
        };
    }

    /** Returns whether a tensor is the weight of a linear layer, or of a 1x1 convolution, which computes the same. */
    static boolean isLinear(TensorInfo tensor) {
        List<Long> shape = tensor.shape();
        return tensor.type().isFloating()
                && last(tensor.name()).equals("weight")
                && (shape.size() == 2
                        || (shape.size() == 4 && shape.subList(2, 4).equals(List.of(1L, 1L))));
    }

    /** Returns the part of a name after the last dot. */
    static String last(String name) {
        return name.substring(name.lastIndexOf('.') + 1);
    }

    /** Returns the part of a name before the last dot. */
    static String layer(String name) {
        int dot = name.lastIndexOf('.');
        return dot < 0 ? "" : name.substring(0, dot);
    }

    /** Returns the first segment of a name. */
    static String first(String name) {
        int dot = name.indexOf('.');
        return dot < 0 ? name : name.substring(0, dot);
    }
}
