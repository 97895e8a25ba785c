package dev.cardinal.zoo.naming;

import dev.cardinal.zoo.card.Architecture;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Finds the places in a checkpoint that may hold the weights of an architecture: in every state dict, under every naming
 * scheme and behind every prefix.
 *
 * <p>Prefixes do not come from a list: a prefix is what precedes the name of a layer that every network of the family has.
 */
final class WeightSearch {
    /** The first convolution of each stage. Even a part of the weights, such as one shard, has at least one of them. */
    private static final List<String> ANCHORS =
            List.of("layer1.0.conv1.weight", "layer2.0.conv1.weight", "layer3.0.conv1.weight", "layer4.0.conv1.weight");

    private static final int MAX_PREFIXES = 32;
    private static final int MAX_LOCATIONS = 500;

    private WeightSearch() {}

    /** Returns all locations that have at least one tensor name of the architecture, best fit first. */
    static List<WeightLocation> all(Architecture architecture, Collection<StateDictNames> stateDicts) {
        List<WeightLocation> locations = new ArrayList<>();
        for (StateDictNames names : stateDicts) {
            for (NamingScheme scheme : NamingScheme.all()) {
                for (String prefix : prefixes(names, scheme)) {
                    if (locations.size() == MAX_LOCATIONS) {
                        break; // no real checkpoint has that many networks
                    }
                    locations.add(WeightLocation.of(architecture, names, scheme, prefix));
                }
            }
        }
        locations.sort(Comparator.comparingInt(
                        (WeightLocation found) -> -found.fitting().size())
                .thenComparingInt(found -> found.missing().size())
                .thenComparing(WeightLocation.byPreference()));
        return locations;
    }

    private static Set<String> prefixes(StateDictNames names, NamingScheme scheme) {
        List<String> anchors = ANCHORS.stream().map(scheme::stored).toList();
        Set<String> prefixes = new LinkedHashSet<>();
        for (String name : names.tensors().keySet()) {
            for (String anchor : anchors) {
                if (anchor != null
                        && name.endsWith(anchor)
                        && (name.length() == anchor.length() || name.charAt(name.length() - anchor.length() - 1) == '.')
                        && prefixes.size() < MAX_PREFIXES) {
                    prefixes.add(name.substring(0, name.length() - anchor.length()));
                }
            }
        }
        return prefixes;
    }
}
