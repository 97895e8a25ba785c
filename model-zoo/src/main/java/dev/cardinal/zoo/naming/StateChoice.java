package dev.cardinal.zoo.naming;

import dev.cardinal.zoo.CardinalException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Selects a state dict for {@code --state KEY}. The key is the path of a dictionary, or of a module in it, such as
 * {@code state_dict.teacher}. A dot is the root of the file.
 *
 * @param key the chosen path, or null to choose the first that fits
 */
record StateChoice(@Nullable String key) {
    static final String ROOT = ".";
    private static final int SHOWN = 10;

    /** Returns the locations that the key selects. */
    List<WeightLocation> locations(List<WeightLocation> all) {
        return all.stream()
                .filter(location -> key == null
                        || (key.equals(ROOT) ? location.names().key().isEmpty() : isInside(location.path())))
                .toList();
    }

    /**
     * Returns the state dicts that the key selects.
     *
     * @throws CardinalException with the paths of the file if the key is not one of them
     */
    List<StateDictNames> stateDicts(Collection<StateDictNames> all, List<WeightLocation> locations, Path file) {
        List<StateDictNames> chosen = all.stream()
                .filter(names -> key == null
                        || (key.equals(ROOT) ? names.key().isEmpty() : isInside(names.key()))
                        || locations(locations).stream().anyMatch(location -> location.names() == names))
                .toList();
        if (chosen.isEmpty()) {
            List<String> keys = Stream.concat(
                            locations.stream().map(WeightLocation::path),
                            all.stream().map(StateDictNames::key))
                    .map(StateChoice::shown)
                    .map(Names::printable)
                    .distinct()
                    .toList();
            String more = keys.size() > SHOWN ? " and " + (keys.size() - SHOWN) + " more" : "";
            throw CardinalException.usage(
                    "checkpoint " + file + " has no state dict '" + key + "' for --state; it has: "
                            + String.join(", ", keys.stream().limit(SHOWN).toList()) + more);
        }
        return chosen;
    }

    private boolean isInside(String path) {
        return path.equals(key) || path.startsWith(key + ".");
    }

    /** Returns a path as {@code --state} takes it. */
    static String shown(String path) {
        return path.isEmpty() ? ROOT : path;
    }
}
