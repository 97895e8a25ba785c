package dev.cardinal.job.source;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * What a listing meets: a file, or names that it passes over, or a reason why it cannot go on. Exactly one of them.
 *
 * @param file a file that is taken, or null
 * @param skipped entries passed over
 * @param failure why part of an input cannot be listed, for the user, or null
 */
record Listed(
        @Nullable FileEntry file, long skipped, @Nullable String failure) implements Serializable {

    static Listed file(FileEntry file) {
        return new Listed(file, 0, null);
    }

    static Listed skipped(long entries) {
        return new Listed(null, entries, null);
    }

    static Listed failure(String failure) {
        return new Listed(null, 0, failure);
    }

    /** Whether this is a file that holds many images. */
    boolean isShard(InputFormat format) {
        return file != null
                && file.problem() == null
                && format.shardFormat(file.name()).isPresent();
    }
}
