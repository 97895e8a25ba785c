package dev.cardinal.udf.shard;

import dev.cardinal.udf.ImageFetcher.UnreadableImageException;
import dev.cardinal.udf.ImageRef;
import dev.cardinal.udf.image.Status;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** Reads one image ahead; where that fails for good, the last reference says why. */
abstract class LazyImages implements ImageIterator {
    private final ShardFormat format;
    private final ShardFile file;
    private @Nullable ImageRef next;
    private boolean ended;

    LazyImages(ShardFormat format, ShardFile file) {
        this.format = format;
        this.file = file;
    }

    /** The next image, or null after the last. */
    abstract @Nullable ImageRef advance() throws IOException;

    /** Byte at which what is being read begins. */
    abstract long reading();

    /** What the bytes are counted in, where that is not the file. */
    String counted() {
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
            } catch (DamageException e) {
                String where = e.status() == Status.UNSUPPORTED
                        ? ""
                        : format.title() + ": cannot be read from byte " + reading() + counted() + " on: ";
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
