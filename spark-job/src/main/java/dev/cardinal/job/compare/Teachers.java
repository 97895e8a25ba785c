package dev.cardinal.job.compare;

import dev.cardinal.job.evaluate.Problems;
import dev.cardinal.job.predictions.Predictions;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.ClassLabel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;

/**
 * Two or more teachers of the same classes. Lives on the driver; immutable.
 *
 * @param all in the order they were named
 */
record Teachers(List<Predictions> all) {
    Teachers {
        all = List.copyOf(all);
    }

    /**
     * What keeps teachers from being compared.
     *
     * @throws IOException if a file system fails
     */
    static void check(List<List<String>> named, Configuration configuration, Problems problems) throws IOException {
        if (named.size() < 2) {
            problems.check(() -> {
                throw CardinalException.usage("compare needs two teachers or more, not " + named.size()
                        + ": repeat --predictions for each; what follows one --predictions is one teacher");
            });
        }
        List<Predictions> opened = new ArrayList<>();
        for (List<String> directories : named) {
            problems.check(() -> opened.add(Predictions.open(directories, configuration)));
        }
        problems.check(() -> requireDifferent(opened));
        problems.check(() -> requireSameClasses(opened));
    }

    /** Opens teachers in which {@link #check} finds nothing wrong. */
    static Teachers open(List<List<String>> named, Configuration configuration) throws IOException {
        List<Predictions> opened = new ArrayList<>();
        for (List<String> directories : named) {
            opened.add(Predictions.open(directories, configuration));
        }
        return new Teachers(opened);
    }

    private static void requireDifferent(List<Predictions> teachers) {
        Set<String> seen = new HashSet<>();
        for (Predictions teacher : teachers) {
            for (String directory : teacher.directories()) {
                if (!seen.add(directory)) {
                    throw CardinalException.usage("predictions " + directory + " are named for two teachers");
                }
            }
        }
    }

    private static void requireSameClasses(List<Predictions> teachers) {
        for (int t = 1; t < teachers.size(); t++) {
            requireSameClasses(teachers.get(0), teachers.get(t));
        }
    }

    private static void requireSameClasses(Predictions one, Predictions other) {
        List<ClassLabel> these = one.origin().classes();
        List<ClassLabel> those = other.origin().classes();
        for (int c = 0; c < Math.min(these.size(), those.size()); c++) {
            if (!these.get(c).name().equals(those.get(c).name())) {
                throw differ(
                        one,
                        other,
                        "class " + c + " is '" + these.get(c).name() + "' in the one and '"
                                + those.get(c).name() + "' in the other");
            }
        }
        if (these.size() != those.size()) {
            throw differ(one, other, "the one has " + these.size() + ", the other " + those.size());
        }
    }

    private static CardinalException differ(Predictions one, Predictions other, String how) {
        return CardinalException.input("teachers must have the same classes in the same order, but those of "
                + named(one) + " and " + named(other) + " differ: " + how);
    }

    private static String named(Predictions teacher) {
        return teacher.origin().modelId() + " (" + String.join(", ", teacher.directories()) + ")";
    }

    int count() {
        return all.size();
    }

    List<ClassLabel> classes() {
        return all.get(0).origin().classes();
    }

    String className(int index) {
        return classes().get(index).name();
    }

    /** Directories of all their tables. */
    List<String> directories() {
        return all.stream().flatMap(each -> each.directories().stream()).toList();
    }
}
