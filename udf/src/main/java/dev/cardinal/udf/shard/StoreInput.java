package dev.cardinal.udf.shard;

import dev.cardinal.udf.ImageFetcher.UnreadableImageException;
import java.io.EOFException;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FutureDataInputStreamBuilder;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.util.functional.FutureIO;

/**
 * A file of any Hadoop file system, through a small buffer.
 *
 * <p>Tells an object store how it will be read; a gap that takes less time to read than a request is read through there.
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

    private final FSDataInputStream in;
    private final byte[] buffer = new byte[BUFFER];
    private int next;
    private int filled;
    private long bufferEnd;

    private StoreInput(FSDataInputStream in) {
        this.in = in;
    }

    /** Opens a file by its fully qualified, unescaped path. */
    static StoreInput open(Configuration configuration, String file, Access access) throws IOException {
        Path path = new Path(file);
        try {
            FileSystem fileSystem = path.getFileSystem(configuration);
            FileSystem files = fileSystem instanceof LocalFileSystem local ? local.getRawFileSystem() : fileSystem;
            FutureDataInputStreamBuilder builder = files.openFile(path)
                    .opt("fs.option.openfile.read.policy", access == Access.SEQUENTIAL ? "sequential" : "random")
                    .optLong("fs.s3a.readahead.range", READ_AHEAD);
            return new StoreInput(FutureIO.awaitFuture(builder.build()));
        } catch (IOException e) {
            throw UnreadableImageException.of(e);
        } catch (FSError e) {
            throw UnreadableImageException.of(e);
        }
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
        try {
            return in.read(into, offset, length);
        } catch (IOException e) {
            throw UnreadableImageException.of(e);
        } catch (FSError e) {
            throw UnreadableImageException.of(e);
        }
    }

    @Override
    public boolean moveTo(long position) throws IOException {
        long ahead = position - position();
        if (ahead >= -next && ahead <= filled - next) {
            next += (int) ahead;
            return true;
        }
        try {
            in.seek(position);
        } catch (EOFException e) {
            return false;
        } catch (IOException e) {
            throw UnreadableImageException.of(e);
        } catch (FSError e) {
            throw UnreadableImageException.of(e);
        }
        next = 0;
        filled = 0;
        bufferEnd = position;
        return true;
    }

    @Override
    public boolean seekable() {
        return true;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
