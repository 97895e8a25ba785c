package dev.cardinal.udf.shard;

import dev.cardinal.udf.ImageFetcher.UnreadableImageException;
import dev.cardinal.udf.store.Retry;
import dev.cardinal.udf.store.StoreFiles;
import java.io.EOFException;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FutureDataInputStreamBuilder;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.IOUtils;
import org.apache.hadoop.util.functional.FutureIO;
import org.jspecify.annotations.Nullable;

/**
 * A file of any Hadoop file system, through a small buffer.
 *
 * <p>Tells an object store how it will be read; a gap that takes less time to read than a request is read through there. A store
 * that fails for a moment is asked again.
 */
final class StoreInput implements ShardInput {

    /** How a file will be read. */
    enum Access {
        /** Onwards, with gaps. */
        SEQUENTIAL,
        /** A stretch here and there. */
        RANDOM
    }

    private static final int BUFFER = 8192;

    /** What is faster read than asked for anew where a request takes 30 ms and a second brings 100 MB. */
    private static final int READ_AHEAD = 4 << 20;

    private final Configuration configuration;
    private final Path path;
    private final Access access;
    private final Retry retry;
    private final byte[] buffer = new byte[BUFFER];
    private @Nullable FSDataInputStream stream;
    private int next;
    private int filled;
    private long bufferEnd;

    private StoreInput(Configuration configuration, Path path, Access access) {
        this.configuration = configuration;
        this.path = path;
        this.access = access;
        this.retry = Retry.of(configuration);
    }

    /** Opens a file by its fully qualified, unescaped path. */
    static StoreInput open(Configuration configuration, String file, Access access) throws IOException {
        StoreInput input = new StoreInput(configuration, new Path(file), access);
        input.ask(input::stream);
        return input;
    }

    /** The open stream, where the buffer ends. */
    private FSDataInputStream stream() throws IOException {
        FSDataInputStream open = stream;
        if (open == null) {
            FutureDataInputStreamBuilder builder = StoreFiles.fileSystem(path, configuration)
                    .openFile(path)
                    .opt("fs.option.openfile.read.policy", access == Access.SEQUENTIAL ? "sequential" : "random")
                    .optLong("fs.s3a.readahead.range", READ_AHEAD);
            open = FutureIO.awaitFuture(builder.build());
            stream = open;
            if (bufferEnd > 0) {
                open.seek(bufferEnd);
            }
        }
        return open;
    }

    /** Asks about the stream; one that has failed is opened anew. */
    private <T> T ask(Retry.IOCall<T> call) throws IOException {
        return ask(retry, path, () -> {
            try {
                return call.call();
            } catch (IOException e) {
                drop();
                throw e;
            }
        });
    }

    /** Asks the store, again where it fails for a moment. */
    private static <T> T ask(Retry retry, Path path, Retry.IOCall<T> call) throws IOException {
        try {
            return retry.call("read " + path, call);
        } catch (IOException e) {
            throw UnreadableImageException.of(e);
        } catch (FSError e) {
            throw UnreadableImageException.of(e);
        }
    }

    private void drop() {
        IOUtils.closeStream(stream);
        stream = null;
    }

    /** Bytes of a file. */
    static long length(Configuration configuration, String file) throws IOException {
        Path path = new Path(file);
        return ask(Retry.of(configuration), path, () -> StoreFiles.fileSystem(path, configuration)
                .getFileStatus(path)
                .getLen());
    }

    @Override
    public long position() {
        return bufferEnd - filled + next;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        int done = 0;
        while (done < length) {
            int there = filled - next;
            if (there > 0) {
                int taken = Math.min(there, length - done);
                System.arraycopy(buffer, next, into, offset + done, taken);
                next += taken;
                done += taken;
                continue;
            }
            boolean large = length - done >= BUFFER;
            int got = large ? fetch(into, offset + done, length - done) : fetch(buffer, 0, BUFFER);
            if (got < 0) {
                return done;
            }
            bufferEnd += got;
            next = 0;
            filled = large ? 0 : got;
            done += large ? got : 0;
        }
        return done;
    }

    private int fetch(byte[] into, int offset, int length) throws IOException {
        return ask(() -> stream().read(into, offset, length));
    }

    @Override
    public boolean moveTo(long position) throws IOException {
        long ahead = position - position();
        if (ahead >= -next && ahead <= filled - next) {
            next += (int) ahead;
            return true;
        }
        boolean isThere = ask(() -> {
            try {
                stream().seek(position);
                return true;
            } catch (EOFException e) {
                return false;
            }
        });
        if (isThere) {
            next = 0;
            filled = 0;
            bufferEnd = position;
        }
        return isThere;
    }

    @Override
    public boolean seekable() {
        return true;
    }

    @Override
    public void close() throws IOException {
        if (stream != null) {
            stream.close();
        }
    }
}
