package dev.cardinal.job.truth;

import dev.cardinal.zoo.card.ClassLabel;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Matches the text of a truth with a class. Immutable; serializable: executors match the rows.
 *
 * <p>A label can list synonyms, as in ImageNet: {@code tench, Tinca tinca}. The steps are, in this order: the whole label; with
 * {@link TruthAs#AUTO}, the id; each synonym; then the whole label and each synonym without regard to case, commas and underscores.
 * The first step in which the text means a class decides. If it means several classes there, it is ambiguous and matches none. If
 * no step matches, the synonyms that the text itself lists are tried one after the other.
 */
public final class TruthMatcher implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Result for a text that matches no class. */
    static final int NONE = -1;
    /** Result for a text that is the name of several classes. */
    static final int AMBIGUOUS = -2;

    private static final Pattern WHOLE_NUMBER = Pattern.compile("[+-]?\\d{1,18}(?:\\.0*)?");
    private static final Pattern SEPARATORS = Pattern.compile("[,_\\s]+");

    private final TruthAs as;
    private final int classes;
    private final List<Step> steps;

    private TruthMatcher(TruthAs as, int classes, List<Step> steps) {
        this.as = as;
        this.classes = classes;
        this.steps = new ArrayList<>(steps);
    }

    /** One way to look up a text, folded or not. */
    private record Step(Map<String, Integer> indices, boolean isFolded) implements Serializable {}

    /** Returns the matcher for the classes of a model. */
    public static TruthMatcher of(List<ClassLabel> classes, TruthAs as) {
        Step ids = step(classes, label -> Stream.ofNullable(label.id()), false);
        List<Step> steps =
                switch (as) {
                    case NAME, AUTO -> {
                        List<Step> names = new ArrayList<>(List.of(
                                step(classes, label -> Stream.of(label.name().strip()), false),
                                step(classes, label -> synonyms(label.name()), false),
                                step(classes, label -> Stream.of(label.name()), true),
                                step(classes, label -> synonyms(label.name()), true)));
                        if (as == TruthAs.AUTO) {
                            names.add(1, ids);
                        }
                        yield names;
                    }
                    case ID -> List.of(ids);
                    case INDEX, INDEX1 -> List.of();
                };
        return new TruthMatcher(as, classes.size(), steps);
    }

    private static Step step(List<ClassLabel> classes, Function<ClassLabel, Stream<String>> texts, boolean isFolded) {
        Map<String, Integer> indices = new HashMap<>();
        for (int c = 0; c < classes.size(); c++) {
            int index = c;
            texts.apply(classes.get(c))
                    .map(text -> isFolded ? folded(text) : text)
                    .distinct()
                    .forEach(text -> indices.merge(text, index, (one, other) -> AMBIGUOUS));
        }
        return new Step(indices, isFolded);
    }

    private static Stream<String> synonyms(String text) {
        return Arrays.stream(text.split(",", -1)).map(String::strip).filter(synonym -> !synonym.isEmpty());
    }

    private static String folded(String text) {
        return SEPARATORS.matcher(text.toLowerCase(Locale.ROOT)).replaceAll(" ").strip();
    }

    /** Returns the index of the class that a text means, or {@link #NONE}, or {@link #AMBIGUOUS}; both are negative. */
    public int match(String text) {
        String stripped = text.strip();
        return switch (as) {
            case INDEX -> index(stripped, 0);
            case INDEX1 -> index(stripped, 1);
            case ID -> lookUp(stripped);
            case NAME, AUTO -> {
                int whole = lookUp(stripped);
                yield whole != NONE || stripped.indexOf(',') < 0
                        ? whole
                        : synonyms(stripped)
                                .mapToInt(this::lookUp)
                                .filter(index -> index != NONE)
                                .findFirst()
                                .orElse(NONE);
            }
        };
    }

    private int lookUp(String text) {
        String folded = folded(text);
        for (Step step : steps) {
            Integer index = step.indices().get(step.isFolded() ? folded : text);
            if (index != null) {
                return index;
            }
        }
        return NONE;
    }

    private int index(String text, int first) {
        Long number = wholeNumber(text);
        return number == null || number < first || number >= first + classes ? NONE : (int) (number - first);
    }

    /** Returns the number that a text means, such as 1 for {@code 1} and, as pandas writes it, {@code 1.0}; else null. */
    static @Nullable Long wholeNumber(String text) {
        String stripped = text.strip();
        return WHOLE_NUMBER.matcher(stripped).matches()
                ? Long.valueOf(stripped.replaceFirst("\\.0*$", "").replaceFirst("^\\+", ""))
                : null;
    }
}
