package dev.cardinal.job.select;

import dev.cardinal.job.common.ProblemCollector;
import dev.cardinal.job.label.PredictionTable.Origin;
import dev.cardinal.job.label.Predictions;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.card.ClassLabel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/**
 * Checks a request without Spark.
 *
 * @param problems problems of the request
 * @param teachers its predictions; if there are problems, those that could be opened
 * @param exclusion its exclude file, if it names one that could be opened
 */
record RequestCheck(List<String> problems, List<Predictions> teachers, Optional<Exclusion> exclusion) {
    static RequestCheck of(SelectRequest request, Configuration configuration) throws IOException {
        ProblemCollector problems = new ProblemCollector();
        List<Predictions> teachers = new ArrayList<>();
        if (request.predictions().isEmpty()) {
            problems.add("--predictions names no table");
        }
        for (List<String> parts : request.predictions()) {
            problems.check(
                    () -> teachers.add(Predictions.open(parts, request.labels().orElse(null), configuration)));
        }
        SelectOptions options = request.options();
        if (problems.isEmpty()) {
            problems.check(() -> Predictions.requireComparable(teachers));
            if (teachers.stream().noneMatch(Predictions::isExternal)) {
                problems.check(() -> requireScores(options, teachers));
                problems.check(() -> requireFiles(options, teachers.get(0).origin(), configuration));
            }
        }
        problems.check(() -> {
            SelectOutput output = SelectOutput.at(request.output(), configuration);
            output.requireVacant();
            output.requireOutside(teachers.stream()
                    .flatMap(each -> each.directories().stream())
                    .toList());
        });
        AtomicReference<@Nullable Exclusion> exclusion = new AtomicReference<>();
        if (options.exclude().isPresent()) {
            problems.check(() -> exclusion.set(Exclusion.open(options.exclude().get(), configuration)));
        }
        return new RequestCheck(problems.problems(), teachers, Optional.ofNullable(exclusion.get()));
    }

    private static String name(Predictions teacher) {
        return "predictions " + String.join(", ", teacher.directories());
    }

    /**
     * Finds out what predictions of other programs and in catalogs contain, which {@link #of} does not know.
     *
     * @throws CardinalException if their rows are invalid, or do not have the scores that the options need
     */
    RequestCheck verified(SelectOptions options, SparkSession spark) throws IOException {
        if (teachers.stream().noneMatch(Predictions::isExternal)) {
            return this;
        }
        List<Predictions> verified = new ArrayList<>();
        for (Predictions teacher : teachers) {
            verified.add(teacher.verified(spark));
        }
        Predictions.requireComparable(verified);
        requireScores(options, verified);
        requireFiles(options, verified.get(0).origin(), spark.sparkContext().hadoopConfiguration());
        return new RequestCheck(problems, verified, exclusion);
    }

    /** Reads the files that options name, so that a wrong one does not end the run after the tables have been read. */
    private static void requireFiles(SelectOptions options, Origin origin, Configuration configuration)
            throws IOException {
        List<ClassLabel> classes = origin.classes();
        ClassRules rules = options.rules();
        ClassLimits.of(options, classes, configuration);
        ClassGroups.of(rules, classes, configuration);
        if (rules.align().isPresent()) {
            Alignment.wanted(rules.align().get(), classes, configuration);
        }
        if (rules.minPrecision().isPresent()) {
            ReliabilityCurves.open(rules.minPrecision().get(), origin.modelId(), classes.size(), configuration);
        }
    }

    /** Checks that the tables have enough scores, or logits to calculate them from. */
    private static void requireScores(SelectOptions options, List<Predictions> teachers) {
        for (Predictions teacher : teachers) {
            if (teachers.size() > 1) {
                requireNumbers(teacher, "an ensemble");
            }
            if (options.temperature() != 1) {
                requireNumbers(teacher, "--temperature");
            }
            if (options.rules().align().isPresent()) {
                requireNumbers(teacher, "--align");
            }
        }
        if (options.rules().minPrecision().isPresent()
                && (teachers.size() > 1
                        || options.temperature() != 1
                        || options.rules().align().isPresent())) {
            throw CardinalException.usage("--min-precision needs the scores that --evaluation has evaluated: do not"
                    + " combine it with --temperature, --align or several teachers");
        }
        Predictions teacher = teachers.get(0);
        Origin origin = teacher.origin();
        int competing = options.competing();
        int classes = origin.classes().size();
        if (competing <= origin.topK()) {
            return;
        }
        if (teacher.numbers().isEmpty()) {
            throw CardinalException.input("--p " + competing + " is too high: " + name(teacher) + " store the top "
                    + origin.topK() + " of " + classes + " classes. Set --p to at most " + origin.topK() + ", or "
                    + (teacher.isExternal()
                            ? "add a column logits or probabilities"
                            : "label with --top-k " + competing + " or --emit logits"));
        }
        if (competing > classes) {
            throw CardinalException.input("--p " + competing + " is too high: " + name(teacher) + " have " + classes
                    + " classes. Set --p to at most " + Math.max(classes, origin.topK()));
        }
    }

    private static void requireNumbers(Predictions teacher, String purpose) {
        if (teacher.numbers().isEmpty()) {
            throw CardinalException.input(purpose + " needs logits, which " + name(teacher) + " do not have: "
                    + (teacher.isExternal() ? "add a column logits or probabilities" : "label with --emit logits"));
        }
    }
}
