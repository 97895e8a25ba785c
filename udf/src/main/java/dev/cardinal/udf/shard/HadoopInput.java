package dev.cardinal.udf.shard;

import dev.cardinal.udf.fetch.ImageFetcher.UnreadableImageException;
import dev.cardinal.udf.fetch.LocalFiles;
import dev.cardinal.udf.fs.FileSystems;
import dev.cardinal.udf.fs.Retry;
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
 * Reads a file of any Hadoop file system through a small buffer. Not thread-safe.
 *
 * <p>Passes the access pattern to an object store, so that it reads through a gap if that takes less time than a new
 * request. Retries transient failures at the same position; Hadoop's own streams are not enough, because not every file
 * system's stream reopens its file and resumes after a failure.
 */
final class HadoopInput implements ShardInput {

    /** The access pattern. */
    enum Access {
        /** Forward, with gaps. */
        SEQUENTIAL,
        /** Ranges anywhere in the file. */
        RANDOM
    }

    private static final int BUFFER = 8192;

    /** Gap in bytes that is faster to read through than to skip if a request takes 30 ms and a second brings 100 MB. */
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

    private HadoopInput(Configuration configuration, Path path, Access access) {
        this.configuration = configuration;
        this.path = path;
        this.access = access;
        this.retry = Retry.of(configuration);
    }

    /** Opens a file by its fully qualified, unescaped path. */
    static HadoopInput open(Configuration configuration, String file, Access access) throws IOException {
        Path path = new Path(file);
        String special = LocalFiles.special(FileSystems.fileSystem(path, configuration), path);
        if (special != null) {
            throw new UnreadableImageException("not a regular file: it is " + special);
        }
        HadoopInput input = new HadoopInput(configuration, path, access);
        input.withRetry(input::stream);
        return input;
    }

    /** Returns the open stream, positioned at the end of the buffer. */
    private FSDataInputStream stream() throws IOException {
        FSDataInputStream open = stream;
        if (open == null) {
            FutureDataInputStreamBuilder builder = FileSystems.fileSystem(path, configuration)
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

    /** Runs an operation on the stream with retries; after a failure, the stream is reopened. */
    private <T> T withRetry(Retry.IOCall<T> call) throws IOException {
        return withRetry(retry, path, () -> {
            try {
                return call.call();
            } catch (IOException e) {
                closeStream();
                throw e;
            }
        });
    }

    /** Runs an operation on the store, with retries after transient failures. */
    private static <T> T withRetry(Retry retry, Path path, Retry.IOCall<T> call) throws IOException {
        try {
            return retry.call("read " + path, call);
        } catch (IOException e) {
            throw UnreadableImageException.of(e);
        } catch (FSError e) {
            throw UnreadableImageException.of(e);
        }
    }

    private void closeStream() {
        IOUtils.closeStream(stream);
        stream = null;
    }

    /** Returns the length of a file in bytes. */
    static long length(Configuration configuration, String file) throws IOException {
        Path path = new Path(file);
        return withRetry(Retry.of(configuration), path, () -> FileSystems.fileSystem(path, configuration)
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
            int available = filled - next;
            if (available > 0) {
                int taken = Math.min(available, length - done);
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
        return withRetry(() -> stream().read(into, offset, length));
    }

    @Override
    public boolean moveTo(long position) throws IOException {
        long ahead = position - position();
        if (ahead >= -next && ahead <= filled - next) {
            next += (int) ahead;
            return true;
        }
        boolean moved = withRetry(() -> {
            try {
                stream().seek(position);
                return true;
            } catch (EOFException e) {
                return false;
            }
        });
        if (moved) {
            next = 0;
            filled = 0;
            bufferEnd = position;
        }
        return moved;
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
