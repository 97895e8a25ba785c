package dev.cardinal.job.evaluate;

import dev.cardinal.zoo.ClassLabel;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** From the text of a truth to the class it means. A text that means two classes means none. */
final class TruthMap {
    private TruthMap() {}

    /** Every text that means a class, with that class's index. */
    static Map<String, Integer> of(List<ClassLabel> classes, TruthAs truthAs) {
        return switch (truthAs) {
            case NAME -> unique(classes, ClassLabel::name);
            case ID -> unique(classes, ClassLabel::id);
            case AUTO -> {
                Map<String, Integer> map = unique(classes, ClassLabel::id);
                classes.forEach(label -> map.remove(label.name())); // also a name that two classes have
                map.putAll(unique(classes, ClassLabel::name));
                yield map;
            }
            case INDEX -> indices(classes.size(), 0);
            case INDEX1 -> indices(classes.size(), 1);
        };
    }

    private static Map<String, Integer> unique(List<ClassLabel> classes, Function<ClassLabel, @Nullable String> text) {
        Map<String, Integer> map = new HashMap<>();
        Set<String> ambiguous = new HashSet<>();
        for (int c = 0; c < classes.size(); c++) {
            String key = text.apply(classes.get(c));
            if (key != null && map.put(key, c) != null) {
                ambiguous.add(key);
            }
        }
        map.keySet().removeAll(ambiguous);
        return map;
    }

    private static Map<String, Integer> indices(int count, int first) {
        Map<String, Integer> map = new HashMap<>();
        for (int c = 0; c < count; c++) {
            map.put(Integer.toString(c + first), c);
        }
        return map;
    }
}
