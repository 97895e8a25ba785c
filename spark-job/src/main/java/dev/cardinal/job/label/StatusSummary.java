package dev.cardinal.job.label;

import dev.cardinal.udf.image.Status;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/**
 * Number of rows by status, and examples of rows that are not ok.
 *
 * @param counts number of rows by status, without statuses that do not occur
 * @param examples path and error of the first rows that are not ok, in order of path, by status
 */
record StatusSummary(Map<String, Long> counts, Map<String, List<String>> examples) {
    private static final int EXAMPLES = 3;

    static StatusSummary empty() {
        return new StatusSummary(Map.of(), Map.of());
    }

    /** Summarizes rows in memory. */
    static StatusSummary of(List<Row> rows) {
        Map<String, Long> counts = new TreeMap<>();
        Examples examples = new Examples();
        for (Row row : rows) {
            String status = row.getAs("status");
            counts.merge(status, 1L, Long::sum);
            if (!status.equals(Status.OK.id())) {
                examples.add(status, row.getAs("path"), row.getAs("error"));
            }
        }
        return new StatusSummary(counts, examples.byStatus());
    }

    /** Returns the summary of the rows of both. */
    StatusSummary plus(StatusSummary other) {
        Examples all = new Examples();
        examples.forEach((status, lines) -> lines.forEach(line -> all.add(status, line)));
        other.examples.forEach((status, lines) -> lines.forEach(line -> all.add(status, line)));
        return new StatusSummary(sum(counts, other.counts), all.byStatus());
    }

    /** Adds numbers of rows by status. */
    static Map<String, Long> sum(Map<String, Long> first, Map<String, Long> second) {
        Map<String, Long> sum = new TreeMap<>(first);
        second.forEach((status, count) -> sum.merge(status, count, Long::sum));
        return sum;
    }

    /** Collects the first rows of each status, in order of path. Not thread-safe. */
    static final class Examples {
        private final Map<String, TreeSet<String>> first = new TreeMap<>();

        void add(String status, String path, @Nullable String error) {
            add(status, path + ": " + error);
        }

        private void add(String status, String line) {
            TreeSet<String> lines = first.computeIfAbsent(status, any -> new TreeSet<>());
            lines.add(line);
            if (lines.size() > EXAMPLES) {
                lines.remove(lines.last());
            }
        }

        Map<String, List<String>> byStatus() {
            Map<String, List<String>> lists = new LinkedHashMap<>();
            first.forEach((status, lines) -> lists.put(status, List.copyOf(lines)));
            return lists;
        }
    }

    long total() {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    long notOk() {
        return total() - counts.getOrDefault(Status.OK.id(), 0L);
    }
}
