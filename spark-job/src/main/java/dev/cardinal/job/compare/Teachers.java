package dev.cardinal.job.compare;

import dev.cardinal.job.common.ProblemCollector;
import dev.cardinal.job.label.Predictions;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.card.ClassLabel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/**
 * Two or more teachers of the same classes. Lives on the driver; immutable.
 *
 * @param all the teachers, in the order of the request
 */
record Teachers(List<Predictions> all) {
    Teachers {
        all = List.copyOf(all);
    }

    /**
     * Checks whether teachers can be compared.
     *
     * @throws IOException if a file system fails
     */
    static void check(
            List<List<String>> named, @Nullable String labels, Configuration configuration, ProblemCollector problems)
            throws IOException {
        if (named.size() < 2) {
            problems.check(() -> {
                throw CardinalException.usage(
                        "compare needs two teachers or more, not " + named.size()
                                + ": repeat --predictions for each teacher; several directories after one --predictions are one teacher");
            });
        }
        List<Predictions> opened = new ArrayList<>();
        for (List<String> directories : named) {
            problems.check(() -> opened.add(Predictions.open(directories, labels, configuration)));
        }
        problems.check(() -> Predictions.requireComparable(opened));
    }

    /** Opens teachers for which {@link #check} finds no problem, and checks their rows. */
    static Teachers open(
            List<List<String>> named, @Nullable String labels, Configuration configuration, SparkSession spark)
            throws IOException {
        List<Predictions> opened = new ArrayList<>();
        for (List<String> directories : named) {
            opened.add(Predictions.open(directories, labels, configuration).verified(spark));
        }
        Predictions.requireComparable(opened);
        return new Teachers(opened);
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

    /** Returns the directories of all tables. */
    List<String> directories() {
        return all.stream().flatMap(each -> each.directories().stream()).toList();
    }
}
