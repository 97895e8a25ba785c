package dev.cardinal.job.export;

import dev.cardinal.job.common.Format;
import java.io.Serializable;

/**
 * A shard of a split.
 *
 * @param split {@code train} or {@code holdout}
 * @param number of the shard in its split, from 0
 */
record ShardName(String split, int number) implements Serializable {
    static final String TRAIN = "train";
    static final String HOLDOUT = "holdout";

    /** Returns the name of the file, without its extension. */
    String file() {
        return Format.format("%s-%05d", split, number);
    }

    /** Returns the name of a sample of this shard. */
    String key(long position) {
        return Format.format("%05d-%06d", number, position);
    }
}
