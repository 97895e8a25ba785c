package dev.cardinal.job.doctor;

import dev.cardinal.job.common.Format;
import dev.cardinal.job.doctor.Check.Name;
import dev.cardinal.udf.image.Status;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Counts images by status and keeps the first that are not ok. Not thread-safe; serializable. */
final class Outcomes implements Serializable {
    private static final long serialVersionUID = 1L;
    private static final int MAX_EXAMPLES = 3;

    private final TreeMap<String, Long> statuses = new TreeMap<>();
    private final ArrayList<String> examples = new ArrayList<>();

    /** @param error what is wrong, null if the image is ok */
    void add(String path, String status, @Nullable String error) {
        statuses.merge(status, 1L, Long::sum);
        if (!status.equals(Status.OK.id()) && examples.size() < MAX_EXAMPLES) {
            examples.add(path + ": " + status + ", " + error);
        }
    }

    void addAll(Outcomes others) {
        others.statuses.forEach((status, count) -> statuses.merge(status, count, Long::sum));
        others.examples.stream().limit(MAX_EXAMPLES - examples.size()).forEach(examples::add);
    }

    /** Removes all images, if the same images will be added again. */
    void clear() {
        statuses.clear();
        examples.clear();
    }

    /** Returns the number of images by status. */
    Map<String, Long> statuses() {
        return statuses;
    }

    /** Returns the first images that are not ok, as path and error. */
    List<String> examples() {
        return examples;
    }

    Check check() {
        long all = statuses.values().stream().mapToLong(Long::longValue).sum();
        long ok = statuses.getOrDefault(Status.OK.id(), 0L);
        StringBuilder finding = new StringBuilder(Format.count(all, "image") + " read on executors: " + ok + " ok");
        statuses.forEach((status, count) -> {
            if (!status.equals(Status.OK.id())) {
                finding.append(", ").append(count).append(' ').append(status);
            }
        });
        if (ok == all) {
            return Check.pass(Name.IMAGES, finding.toString());
        }
        if (!examples.isEmpty()) {
            finding.append(" (").append(Failures.line(examples.get(0))).append(')');
        }
        return ok == 0
                ? Check.fail(Name.IMAGES, finding.toString(), "use an --input with images that can be read and decoded")
                : Check.warn(
                        Name.IMAGES,
                        finding.toString(),
                        "label writes a row with status and error for each; label --max-bad-fraction ends a run with exit"
                                + " code 3 if there are too many");
    }
}
