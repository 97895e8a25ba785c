package dev.cardinal.job.select;

import dev.cardinal.job.truth.TruthAs;
import dev.cardinal.job.truth.TruthMatcher;
import dev.cardinal.udf.fs.UserPaths;
import dev.cardinal.zoo.ByteOrderMark;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.card.ClassLabel;
import java.io.BufferedReader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/**
 * A text file with a value per class. Each line has a class, a comma or a tab, and a value. The class is an index, an id or a name, or
 * {@code *} for all classes that the file does not name. The last comma of a line separates, so that names can contain commas. A
 * first line that names no class is a header if it has no valid value or begins with a word such as "class"; empty lines are
 * skipped. Immutable.
 *
 * @param values values by class index
 * @param others value of all other classes, null if the file has none
 * @param <T> type of a value
 */
record ClassFile<T>(Map<Integer, T> values, @Nullable T others) {
    private static final String OTHERS = "*";
    private static final Set<String> HEADERS = Set.of(
            "class",
            "class_index",
            "class_id",
            "class_label",
            "class_name",
            "label",
            "name",
            "id",
            "index",
            "wnid",
            "synset");

    /**
     * Reads a file.
     *
     * @param option option that names it, for messages
     * @param parser returns a value, or null if the text is not one
     * @param expected what a value is, for messages
     * @throws CardinalException if the file does not exist, or a line is invalid; the message names the line
     */
    static <T> ClassFile<T> read(
            String option,
            String file,
            List<ClassLabel> classes,
            Function<String, @Nullable T> parser,
            String expected,
            Configuration configuration)
            throws IOException {
        Path path = UserPaths.of(option.replaceFirst("^--", ""), file);
        TruthMatcher names = TruthMatcher.of(classes, TruthAs.AUTO);
        Map<Integer, T> values = new LinkedHashMap<>();
        T others = null;
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(path.getFileSystem(configuration).open(path), StandardCharsets.UTF_8))) {
            int number = 1;
            for (String line = lines.readLine(); line != null; line = lines.readLine(), number++) {
                String text = ByteOrderMark.removed(line).strip();
                int end = Math.max(text.lastIndexOf(','), text.lastIndexOf('\t'));
                String where = option + " " + file + ", line " + number;
                T value = end < 0 ? null : parser.apply(text.substring(end + 1).strip());
                String name = text.substring(0, Math.max(0, end)).strip().replaceAll("^\"|\"$", "");
                if (text.isEmpty() || (number == 1 && isHeader(name, value, names, classes))) {
                    continue;
                }
                if (value == null) {
                    throw CardinalException.input(
                            where + ": expected a class, a comma and " + expected + ", not '" + text + "'");
                }
                if (name.equals(OTHERS)) {
                    others = value;
                } else if (values.put(index(name, names, classes, where), value) != null) {
                    throw CardinalException.input(where + ": class '" + name + "' has a value already");
                }
            }
        } catch (FileNotFoundException e) {
            throw CardinalException.input(option + " " + file + " does not exist");
        }
        return new ClassFile<>(values, others);
    }

    private static boolean isHeader(String name, @Nullable Object value, TruthMatcher names, List<ClassLabel> classes) {
        return !name.equals(OTHERS)
                && index(name, names, classes) < 0
                && (value == null || HEADERS.contains(name.toLowerCase(Locale.ROOT)));
    }

    private static int index(String name, TruthMatcher names, List<ClassLabel> classes) {
        boolean isIndex = name.matches("\\d{1,9}") && Integer.parseInt(name) < classes.size();
        return isIndex ? Integer.parseInt(name) : names.match(name);
    }

    private static int index(String name, TruthMatcher names, List<ClassLabel> classes, String where) {
        int index = index(name, names, classes);
        if (index < 0) {
            throw CardinalException.input(where + ": '" + name + "' is not an index, an id or a name of one of the "
                    + classes.size() + " classes");
        }
        return index;
    }

    /** Returns the value of a class. */
    T of(int classIndex, T unnamed) {
        T named = values.get(classIndex);
        return named != null ? named : others != null ? others : unnamed;
    }
}
