package dev.cardinal.job.label;

import dev.cardinal.udf.image.Status;
import dev.cardinal.zoo.PublicApi;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What a labeling run does with the rows that the table already has.
 *
 * @param retry statuses of rows that are labeled again and replaced, other than {@code ok}
 * @param relabelChanged whether rows are labeled again and replaced if their file has changed since
 * @param verify whether all rows are read to check the table before the run: one row an image, and the recorded totals
 */
@PublicApi
public record TableOptions(Set<String> retry, boolean relabelChanged, boolean verify) {
    /** Keeps all rows. */
    public static final TableOptions KEEP = new TableOptions(Set.of(), false, false);

    public TableOptions {
        retry = Set.copyOf(retry);
        for (String status : retry) {
            if (!statuses().contains(status)) {
                throw new IllegalArgumentException("--retry '" + status + "' is not a status that can be retried: "
                        + String.join(", ", statuses()));
            }
        }
    }

    /** Returns the statuses that can be retried. */
    public static Set<String> statuses() {
        return Arrays.stream(Status.values())
                .filter(status -> status != Status.OK)
                .map(Status::id)
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
