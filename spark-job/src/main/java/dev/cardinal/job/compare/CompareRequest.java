package dev.cardinal.job.compare;

import dev.cardinal.job.truth.TruthAs;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What to compare.
 *
 * @param teachers for each teacher, the directories of its predictions tables
 * @param labels file with the classes of predictions that another program wrote, or null
 * @param truth file or directory, CSV or Parquet, with the truth of images by path or sha256; null for the tables' own
 * @param truthAs what a truth is
 * @param output directory for {@code comparison.json}
 */
public record CompareRequest(
        List<List<String>> teachers,
        @Nullable String labels,
        @Nullable String truth,
        TruthAs truthAs,
        String output) {
    public CompareRequest {
        teachers = teachers.stream().map(List::copyOf).toList();
    }

    /** Compares tables that {@code label} wrote. */
    public CompareRequest(List<List<String>> teachers, @Nullable String truth, TruthAs truthAs, String output) {
        this(teachers, null, truth, truthAs, output);
    }
}
