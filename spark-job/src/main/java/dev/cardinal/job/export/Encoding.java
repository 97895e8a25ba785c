package dev.cardinal.job.export;

import dev.cardinal.job.export.ExportOptions.Reencoding;
import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** How images are written: with their original bytes, or encoded again. Closed by its creator; not thread-safe. */
interface Encoding extends Closeable {
    /** Returns the bytes to write for an image; the same array if it is not encoded again. */
    byte[] encode(byte[] image) throws IOException;

    @Override
    default void close() {}

    static Encoding of(@Nullable Reencoding reencoding) {
        return reencoding == null ? image -> image : new Reencoder(reencoding);
    }
}
