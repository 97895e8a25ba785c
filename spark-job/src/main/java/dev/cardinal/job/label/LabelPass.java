package dev.cardinal.job.label;

import dev.cardinal.job.common.ProblemCollector;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.PublicApi;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * Requests that are labeled in one pass over the same images: several models, each with a table of its own. They were checked without
 * Spark. Lives on the driver; immutable.
 */
@PublicApi
public final class LabelPass {
    private final List<LabelRequestCheck> checks;
    private final List<String> problems;

    private LabelPass(List<LabelRequestCheck> checks, List<String> problems) {
        this.checks = List.copyOf(checks);
        this.problems = List.copyOf(problems);
    }

    /** Returns a pass for a single request. */
    static LabelPass of(LabelRequestCheck check) {
        return new LabelPass(List.of(check), check.problems());
    }

    /**
     * Checks requests.
     *
     * @throws IllegalArgumentException if they differ in more than the model, the card, the output and the state, or if one of several
     *     has no output
     */
    static LabelPass of(List<LabelRequest> requests, Configuration configuration) throws IOException {
        LabelRequest first = requests.get(0);
        ProblemCollector problems = new ProblemCollector();
        List<LabelRequestCheck> checks = new ArrayList<>();
        for (LabelRequest request : requests) {
            if (!request.withTarget(first).equals(first)
                    || (requests.size() > 1 && request.output().isEmpty())) {
                throw new IllegalArgumentException("requests of one pass need an output each, and may differ only in"
                        + " the model, the card, the output and the state: " + first + ", " + request);
            }
            LabelRequestCheck check = LabelRequestCheck.of(request, configuration);
            check.problems().forEach(problems::add);
            checks.add(check);
        }
        if (problems.isEmpty()) {
            for (int i = 0; i < checks.size(); i++) {
                for (LabelRequestCheck other : checks.subList(0, i)) {
                    LabelRequestCheck check = checks.get(i);
                    problems.check(() -> requireDistinct(other, check, configuration));
                }
            }
        }
        return new LabelPass(checks, problems.problems());
    }

    private static void requireDistinct(LabelRequestCheck one, LabelRequestCheck other, Configuration configuration)
            throws IOException {
        if (one.model().modelId().equals(other.model().modelId())) {
            throw CardinalException.usage("--model " + one.request().model() + " and --model "
                    + other.request().model() + " are the same model, "
                    + one.model().modelId()
                    + ": leave out one of them and its --output");
        }
        if (one.request().isToCatalog()
                && one.request().output().equals(other.request().output())) {
            throw CardinalException.usage("--output " + one.request().output().orElseThrow()
                    + " is given twice: name a table for each --model");
        }
        Path directory = LabelRequestCheck.records(one.request(), configuration).directory();
        Path another = LabelRequestCheck.records(other.request(), configuration).directory();
        if (directory.equals(another)) {
            throw CardinalException.usage(
                    option(one) + " " + directory + " is given twice: name a directory of its own for each --model");
        }
        if (isInside(directory, another) || isInside(another, directory)) {
            throw CardinalException.usage(option(one) + " " + directory + " and " + option(other) + " " + another
                    + " are inside each other: name directories next to each other");
        }
    }

    private static String option(LabelRequestCheck check) {
        return check.request().isToCatalog() ? "--state" : "--output";
    }

    private static boolean isInside(Path inner, Path outer) {
        return Stream.iterate(inner, above -> above != null, Path::getParent).anyMatch(outer::equals);
    }

    /** Returns every problem of the requests, empty if they can run. */
    public List<String> problems() {
        return problems;
    }

    List<LabelRequestCheck> checks() {
        return checks;
    }
}
