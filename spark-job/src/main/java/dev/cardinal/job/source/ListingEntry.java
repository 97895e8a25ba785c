package dev.cardinal.job.source;

import dev.cardinal.udf.fetch.SkipReason;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * An entry of a listing: a file, a number of skipped entries, or a failure. Exactly one of them is set.
 *
 * @param file a file, or null
 * @param reason why entries were skipped, or null
 * @param skipped number of skipped entries
 * @param failure message for the user if part of an input cannot be listed, or null
 */
record ListingEntry(
        @Nullable FileEntry file,
        @Nullable SkipReason reason,
        long skipped,
        @Nullable String failure) implements Serializable {

    static ListingEntry file(FileEntry file) {
        return new ListingEntry(file, null, 0, null);
    }

    static ListingEntry skipped(SkipReason reason, long entries) {
        return new ListingEntry(null, reason, entries, null);
    }

    static ListingEntry failure(String failure) {
        return new ListingEntry(null, null, 0, failure);
    }

    /** Returns whether this is a file that contains many images, or may be one. */
    boolean isShard(InputFormat format) {
        return file != null && file.problem() == null && format.mayBeShard(file.name());
    }
}
