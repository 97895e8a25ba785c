package dev.cardinal.job.export;

import java.io.IOException;

/** Writes the samples of one shard. Not thread-safe; closed by the task that created it, only if all samples are written. */
interface ShardWriter {
    /** Writes the next sample. */
    void write(WrittenSample sample) throws IOException;

    /** Writes the end of the shard; does not close the file. */
    void finish() throws IOException;

    /** Returns the number of bytes that were written next to the shard. */
    default long bytesOutside() {
        return 0;
    }
}
