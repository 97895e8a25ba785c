package dev.cardinal.job.select;

import dev.cardinal.job.label.PredictionTable.Origin;
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
 * A request, looked at without Spark.
 *
 * @param problems what is wrong with it
 * @param teachers its predictions; those that could be opened where there are problems
 */
record RequestCheck(List<String> problems, List<Predictions> teachers) {
    private static final int CLASSES_SHOWN = 3;

    private interface Check {
        void run() throws IOException;
    }

    static RequestCheck of(SelectRequest request, Configuration configuration) throws IOException {
        List<String> problems = new ArrayList<>();
        List<Predictions> teachers = new ArrayList<>();
        if (request.predictions().isEmpty()) {
            problems.add("--predictions names no table");
        }
        for (List<String> parts : request.predictions()) {
            collect(problems, () -> teachers.add(Predictions.open(parts, configuration)));
        }
        SelectOptions options = request.options();
        if (problems.isEmpty()) {
            collect(problems, () -> requireDistinct(teachers));
            collect(problems, () -> requireSameClasses(teachers));
            collect(problems, () -> requireScores(options, teachers));
        }
        collect(problems, () -> {
            SelectOutput output = SelectOutput.at(request.output(), configuration);
            output.requireVacant();
            output.requireOutside(teachers.stream()
                    .flatMap(each -> each.directories().stream())
                    .toList());
        });
        if (options.exclude().isPresent()) {
            collect(problems, () -> Exclusion.open(options.exclude().get(), configuration));
        }
        return new RequestCheck(problems, teachers);
    }

    private static void collect(List<String> problems, Check check) throws IOException {
        try {
            check.run();
        } catch (CardinalException e) {
            if (!problems.contains(e.getMessage())) {
                problems.add(e.getMessage());
            }
        }
    }

    private static void requireDistinct(List<Predictions> teachers) {
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
        Predictions first = teachers.get(0);
        List<ClassLabel> expected = first.origin().classes();
        for (Predictions other : teachers.subList(1, teachers.size())) {
            List<ClassLabel> classes = other.origin().classes();
            if (classes.size() != expected.size()) {
                throw CardinalException.input(
                        "teachers need the same classes: " + described(first) + "; " + described(other));
            }
            for (int c = 0; c < classes.size(); c++) {
                if (!classes.get(c).equals(expected.get(c))) {
                    throw CardinalException.input("teachers need the same classes: class " + c + " is "
                            + described(expected.get(c)) + " in " + name(first) + " and "
                            + described(classes.get(c)) + " in " + name(other));
                }
            }
        }
    }

    private static String described(Predictions teacher) {
        List<String> names = teacher.origin().classes().stream()
                .limit(CLASSES_SHOWN)
                .map(ClassLabel::name)
                .toList();
        int all = teacher.origin().classes().size();
        return name(teacher) + " have " + all + " (" + String.join(", ", names) + (all > CLASSES_SHOWN ? ", ..." : "")
                + ")";
    }

    private static String described(ClassLabel label) {
        return "'" + label.name() + "'" + (label.id() == null ? "" : " (" + label.id() + ")");
    }

    private static String name(Predictions teacher) {
        return "predictions " + String.join(", ", teacher.directories());
    }

    /** Checks that the tables have the scores, or the logits to calculate them from. */
    private static void requireScores(SelectOptions options, List<Predictions> teachers) {
        if (teachers.size() > 1) {
            teachers.forEach(teacher -> teacher.requireLogits("an ensemble"));
        }
        if (options.temperature() != 1) {
            teachers.forEach(teacher -> teacher.requireLogits("--temperature"));
        }
        Predictions teacher = teachers.get(0);
        Origin origin = teacher.origin();
        int competing = options.competing();
        int classes = origin.classes().size();
        if (competing <= origin.topK()) {
            return;
        }
        if (!origin.emitted().contains(Predictions.LOGITS)) {
            throw CardinalException.input("--p " + competing + " is more than " + name(teacher) + " hold, the top "
                    + origin.topK() + " of " + classes + " classes: name a --p of at most " + origin.topK()
                    + ", or label with --top-k " + competing + " or --emit logits");
        }
        if (competing > classes) {
            throw CardinalException.input("--p " + competing + " is more than the classes of " + name(teacher)
                    + ", which hold logits of " + classes + ": name a --p of at most "
                    + Math.max(classes, origin.topK()));
        }
    }
}
