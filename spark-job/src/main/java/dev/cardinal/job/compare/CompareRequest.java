package dev.cardinal.job.compare;

import dev.cardinal.job.evaluate.TruthAs;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What to compare.
 *
 * @param teachers directories of predictions tables; those of one teacher together
 * @param truth file or directory, CSV or Parquet, with the truth of images by path or sha256; null for the tables' own
 * @param truthAs what a truth is
 * @param output directory for {@code comparison.json}
 */
public record CompareRequest(
        List<List<String>> teachers, @Nullable String truth, TruthAs truthAs, String output) {
    public CompareRequest {
        teachers = teachers.stream().map(List::copyOf).toList();
    }
}
