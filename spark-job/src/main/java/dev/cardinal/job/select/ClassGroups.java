package dev.cardinal.job.select;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.get;
import static org.apache.spark.sql.functions.lit;

import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.card.ClassLabel;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Column;

/**
 * Groups of classes, such as those with one parent in WordNet. A class that the file does not name is a group of its own. Immutable.
 *
 * @param numbers number of the group of each class
 */
record ClassGroups(List<Integer> numbers) {
    ClassGroups {
        numbers = List.copyOf(numbers);
    }

    /**
     * Reads the groups of a selection.
     *
     * @throws CardinalException if the file cannot be used
     */
    static Optional<ClassGroups> of(ClassRules rules, List<ClassLabel> classes, Configuration configuration)
            throws IOException {
        if (rules.groupBy().isEmpty()) {
            return Optional.empty();
        }
        ClassFile<String> file = ClassFile.read(
                "--group-by",
                rules.groupBy().get(),
                classes,
                text -> text.isEmpty() ? null : text,
                "the name of a group",
                configuration);
        Map<String, Integer> named = new HashMap<>();
        Integer[] numbers = new Integer[classes.size()];
        for (int c = 0; c < numbers.length; c++) {
            String group = file.of(c, "");
            numbers[c] = group.isEmpty() ? c : named.computeIfAbsent(group, name -> numbers.length + named.size());
        }
        return Optional.of(new ClassGroups(List.of(numbers)));
    }

    /** Returns the number of the group of a class, and of a class that the model does not have its index. */
    Column of(Column classIndex) {
        Column known = get(lit(numbers.stream().mapToInt(Integer::intValue).toArray()), classIndex);
        return coalesce(known, classIndex);
    }
}
