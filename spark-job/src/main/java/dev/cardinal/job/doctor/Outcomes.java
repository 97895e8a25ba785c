package dev.cardinal.job.doctor;

import dev.cardinal.job.doctor.Check.Name;
import dev.cardinal.udf.image.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What came of the images that were looked at, each once. Not thread-safe. */
final class Outcomes {
    private static final int EXAMPLES = 3;

    private final Map<String, Long> statuses = new TreeMap<>();
    private final List<String> examples = new ArrayList<>();

    void add(String status, long count) {
        statuses.merge(status, count, Long::sum);
    }

    /** Adds an image that is not ok, as path and error; the first few are kept. */
    void addExample(String example) {
        if (examples.size() < EXAMPLES) {
            examples.add(example);
        }
    }

    /** Forgets them: the same images follow again. */
    void clear() {
        statuses.clear();
        examples.clear();
    }

    /** Images by status. */
    Map<String, Long> statuses() {
        return statuses;
    }

    /** The first images that are not ok. */
    List<String> examples() {
        return examples;
    }

    /** Judges. */
    Check check() {
        long all = statuses.values().stream().mapToLong(Long::longValue).sum();
        long ok = statuses.getOrDefault(Status.OK.id(), 0L);
        StringBuilder finding = new StringBuilder(Texts.count(all, "image") + " read on executors: " + ok + " ok");
        statuses.forEach((status, count) -> {
            if (!status.equals(Status.OK.id())) {
                finding.append(", ").append(count).append(' ').append(status);
            }
        });
        if (ok == all) {
            return Check.pass(Name.IMAGES, finding.toString());
        }
        if (!examples.isEmpty()) {
            finding.append(" (").append(Texts.line(examples.get(0))).append(')');
        }
        return ok == 0
                ? Check.fail(
                        Name.IMAGES, finding.toString(), "name an --input with images that can be read and decoded")
                : Check.warn(
                        Name.IMAGES,
                        finding.toString(),
                        "each will have a row that says so; label --max-bad-fraction ends a run with exit code 3 where there"
                                + " are too many");
    }
}
