package dev.cardinal.job.source;

import dev.cardinal.job.common.Format;
import dev.cardinal.udf.fetch.SkipReason;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Files, directories and members of archives that are not rows.
 *
 * @param counts number of entries by reason
 */
public record SkippedEntries(Map<SkipReason, Long> counts) {
    public SkippedEntries {
        counts = Map.copyOf(counts);
    }

    /** Returns the number of all of them. */
    public long total() {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Returns a phrase for each reason, with the number. */
    public List<String> descriptions() {
        return new TreeMap<>(counts)
                .entrySet().stream()
                        .map(each -> Format.count(each.getValue()) + " "
                                + each.getKey().description())
                        .toList();
    }
}
