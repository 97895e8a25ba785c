package dev.cardinal.zoo.naming;

import dev.cardinal.zoo.checkpoint.TensorInfo;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The tensors of a state dict that are next to the weights of a network: its last layer, other networks, and the rest.
 * Immutable.
 *
 * @param location where the weights are
 * @param others tensors that belong neither to the network nor to a copy of it, by plain name
 * @param roots names of the modules that the network consists of, without the prefix, such as {@code layer1}
 */
record Surroundings(WeightLocation location, Map<String, TensorInfo> others, Set<String> roots) {

    private static final List<String> ROOTS = List.of(
            "conv1.weight",
            "bn1.weight",
            "layer1.0.conv1.weight",
            "layer2.0.conv1.weight",
            "layer3.0.conv1.weight",
            "layer4.0.conv1.weight");

    /**
     * Finds the tensors next to the weights.
     *
     * @param all all places in the same state dict that look like the network
     */
    static Surroundings of(WeightLocation location, List<WeightLocation> all) {
        Set<String> used = new HashSet<>(location.fitting().values());
        location.wrong().forEach(tensor -> used.add(location.expectedName(tensor)));
        List<String> branches = new ArrayList<>();
        Set<String> elsewhere = new HashSet<>();
        for (WeightLocation other : all) {
            if (!other.prefix().equals(location.prefix()) && other.isLikely()) {
                String branch = branch(location.prefix(), other.prefix());
                if (branch.isEmpty()) {
                    elsewhere.addAll(other.fitting().values());
                } else {
                    branches.add(branch);
                }
            }
        }
        Map<String, TensorInfo> others = new LinkedHashMap<>();
        location.names().tensors().forEach((name, tensor) -> {
            if (!used.contains(name)
                    && !elsewhere.contains(name)
                    && branches.stream().noneMatch(name::startsWith)) {
                others.put(name, tensor);
            }
        });
        return new Surroundings(location, others, roots(location));
    }

    private static Set<String> roots(WeightLocation location) {
        return ROOTS.stream()
                .map(tensor -> location.expectedName(tensor)
                        .substring(location.prefix().length()))
                .map(Names::first)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Returns the prefix up to the segment in which it differs from another; empty if it is a part of the other. */
    private static String branch(String own, String other) {
        List<String> ownSegments = WeightLocation.segments(own);
        List<String> segments = WeightLocation.segments(other);
        int common = 0;
        while (common < ownSegments.size()
                && common < segments.size()
                && ownSegments.get(common).equals(segments.get(common))) {
            common++;
        }
        return common == segments.size() ? "" : String.join(".", segments.subList(0, common + 1)) + ".";
    }

    /** Returns whether a name is inside one of the modules that the network consists of. */
    boolean isInNetwork(String name) {
        String prefix = location.prefix();
        return name.startsWith(prefix) && roots.contains(Names.first(name.substring(prefix.length())));
    }

    /**
     * Returns the module next to the network that a name belongs to: the segments that the name shares with the prefix
     * of the network, and one more.
     */
    String module(String name) {
        List<String> segments = WeightLocation.segments(name);
        List<String> prefix = WeightLocation.segments(location.prefix());
        int common = 0;
        while (common < prefix.size()
                && common < segments.size()
                && prefix.get(common).equals(segments.get(common))) {
            common++;
        }
        return String.join(".", segments.subList(0, Math.min(common + 1, segments.size())));
    }
}
