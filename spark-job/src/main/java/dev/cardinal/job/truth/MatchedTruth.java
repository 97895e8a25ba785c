package dev.cardinal.job.truth;

import dev.cardinal.job.common.Format;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/**
 * Rows with their truth.
 *
 * @param rows with {@link Truth#TEXT}, {@link Truth#INDEX} and {@link Truth#AMBIGUOUS}
 * @param note how the truth was read, null if that needs no explanation
 */
public record MatchedTruth(Dataset<Row> rows, @Nullable String note) {

    /**
     * Returns sentences for the user about how the truth was read, and about truths that do not match.
     *
     * @param withTruth images with a truth
     * @param unmatched those of them whose truth does not match a class
     * @param ambiguous those of these whose truth is the name of several classes
     * @param example one truth that is the name of several classes, null if there is none
     */
    public List<String> notes(long withTruth, long unmatched, long ambiguous, @Nullable String example) {
        List<String> notes = new ArrayList<>();
        if (note != null) {
            notes.add(note);
        }
        if (ambiguous > 0) {
            notes.add(Format.format(
                    "the truth of %,d images is a name of several classes (for example '%s'), and they are skipped; class"
                            + " ids are unambiguous (--truth-as id)",
                    ambiguous, example));
        }
        if (2 * unmatched > withTruth) {
            notes.add(Format.format(
                    "the truth of %,d of %,d images is not a class of the model: the result covers only the others",
                    unmatched, withTruth));
        }
        return notes;
    }
}
