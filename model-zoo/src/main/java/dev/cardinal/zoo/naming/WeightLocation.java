package dev.cardinal.zoo.naming;

import dev.cardinal.zoo.card.Architecture;
import dev.cardinal.zoo.checkpoint.TensorInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A place in a checkpoint that may hold the weights of an architecture: a state dict, a naming scheme and a prefix, with
 * the tensors that are there. Covers all layers but the last. Immutable.
 *
 * @param names the state dict
 * @param scheme how its layers are named
 * @param prefix what precedes each name: empty, or ends with a dot
 * @param fitting plain name of the stored tensor, by the name of each tensor of the architecture that fits
 * @param missing tensors of the architecture that the state dict does not have
 * @param wrong tensors of the architecture that have another shape or type in the state dict, or are unreadable
 */
record WeightLocation(
        StateDictNames names,
        NamingScheme scheme,
        String prefix,
        Map<String, String> fitting,
        List<String> missing,
        List<String> wrong) {

    /** Words in a key or prefix that mark weights averaged during training, which scripts evaluate and publish. */
    private static final Set<String> AVERAGED =
            Set.of("ema", "swa", "averaged", "average", "avg", "shadow", "polyak", "teacher");

    /** Usual keys of weights, in the order of preference. */
    private static final List<String> USUAL_KEYS = List.of(
            "",
            "state_dict",
            "model",
            "model_state_dict",
            "model_state",
            "net",
            "network",
            "weights",
            "params",
            "student");

    private static final Comparator<WeightLocation> BY_PREFERENCE = Comparator.comparing(
                    (WeightLocation location) -> !location.isAveraged())
            .thenComparing(location -> segments(location.names.key()).size())
            .thenComparing(WeightLocation::usualness)
            .thenComparing(location -> segments(location.prefix).size());

    WeightLocation {
        fitting = Map.copyOf(fitting);
        missing = List.copyOf(missing);
        wrong = List.copyOf(wrong);
    }

    /** Compares a state dict with an architecture, under one scheme and prefix. */
    static WeightLocation of(Architecture architecture, StateDictNames names, NamingScheme scheme, String prefix) {
        Map<String, String> fitting = new LinkedHashMap<>();
        List<String> missing = new ArrayList<>();
        List<String> wrong = new ArrayList<>();
        architecture.tensors().forEach((tensor, shape) -> {
            if (Head.isPart(tensor)) {
                return;
            }
            String stored = scheme.stored(tensor);
            TensorInfo found = stored == null ? null : names.get(prefix + stored);
            if (found != null && found.type().isFloating() && WeightLayout.of(shape, found.shape()) != null) {
                fitting.put(tensor, prefix + stored);
            } else if (found != null || (stored != null && names.unreadable().containsKey(prefix + stored))) {
                wrong.add(tensor);
            } else {
                missing.add(tensor);
            }
        });
        return new WeightLocation(names, scheme, prefix, fitting, missing, wrong);
    }

    /** Returns the order in which weights are used: averaged ones first, then usual keys, then short prefixes. */
    static Comparator<WeightLocation> byPreference() {
        return BY_PREFERENCE;
    }

    /** Returns whether every tensor outside the last layer fits. */
    boolean isComplete() {
        return missing.isEmpty() && wrong.isEmpty();
    }

    /** Returns whether more than half of the tensors have the expected names. */
    boolean isLikely() {
        return fitting.size() + wrong.size() > missing.size();
    }

    /** Returns whether the key or the prefix marks weights that were averaged during training. */
    boolean isAveraged() {
        return !isExchanged()
                && Arrays.stream((names.key() + "." + prefix).split("[^A-Za-z0-9]+|(?<=[a-z])(?=[A-Z])", -1))
                        .anyMatch(word -> AVERAGED.contains(word.toLowerCase(Locale.ROOT)));
    }

    /**
     * Returns whether this is {@code ema_state_dict} of mmengine. Its EMAHook exchanges the two dictionaries when it saves, so that
     * {@code state_dict} has the averaged weights. Only its averaged models have a counter {@code steps}.
     */
    private boolean isExchanged() {
        return names.key().equals("ema_state_dict") && names.get("steps") != null;
    }

    /** Returns the path of the weights in the file, as {@code --state} takes it: the key, then the prefix. */
    String path() {
        String plain = prefix.isEmpty() ? "" : prefix.substring(0, prefix.length() - 1);
        return names.key().isEmpty() || plain.isEmpty() ? names.key() + plain : names.key() + "." + plain;
    }

    /** Returns the plain name that a tensor of the card has, or should have, in the state dict. */
    String expectedName(String tensor) {
        String stored = scheme.stored(tensor);
        return prefix + (stored == null ? tensor : stored);
    }

    /** Returns the tensor in the state dict for a tensor of the card, or null. */
    @Nullable
    TensorInfo stored(String tensor) {
        return names.get(expectedName(tensor));
    }

    private int usualness() {
        List<String> segments = segments(names.key());
        int at = USUAL_KEYS.indexOf(segments.isEmpty() ? "" : segments.get(segments.size() - 1));
        return at < 0 ? USUAL_KEYS.size() : at;
    }

    static List<String> segments(String path) {
        return Arrays.stream(path.split("\\.", -1))
                .filter(segment -> !segment.isEmpty())
                .toList();
    }
}
