package dev.cardinal.udf.shard;

import dev.cardinal.udf.fetch.ImageFetcher.UnreadableImageException;
import dev.cardinal.udf.fetch.ImageRef;
import dev.cardinal.udf.image.Status;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** Reads one image ahead. If the shard cannot be read any further, the last reference says why. */
abstract class AbstractImageIterator implements ImageIterator {
    private final ShardFormat format;
    private final ShardFile file;
    private @Nullable ImageRef next;
    private boolean ended;

    AbstractImageIterator(ShardFormat format, ShardFile file) {
        this.format = format;
        this.file = file;
    }

    /** Returns the next image, or null after the last. */
    abstract @Nullable ImageRef advance() throws IOException;

    /** Returns the byte at which the current header or row group begins. */
    abstract long offset();

    /** Returns what follows the offset in messages if its bytes are not the file's; begins with a space. */
    String offsetSuffix() {
        return "";
    }

    final ShardFile file() {
        return file;
    }

    @Override
    public final boolean hasNext() {
        if (next == null && !ended) {
            try {
                next = advance();
                ended = next == null;
            } catch (UnreadableImageException e) {
                end(Status.UNREADABLE, String.valueOf(e.getMessage()));
            } catch (CorruptShardException e) {
                String where = e.status() == Status.UNSUPPORTED
                        ? ""
                        : format.title() + ": cannot be read from byte " + offset() + offsetSuffix() + " onward: ";
                end(e.status(), where + e.reason());
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read " + file.path(), e);
            }
        }
        return next != null;
    }

    private void end(Status status, String error) {
        next = file.problem(status, error.lines().findFirst().orElse(""));
        ended = true;
    }

    @Override
    public final ImageRef next() {
        ImageRef image = hasNext() ? next : null;
        if (image == null) {
            throw new NoSuchElementException();
        }
        next = null;
        return image;
    }
}
