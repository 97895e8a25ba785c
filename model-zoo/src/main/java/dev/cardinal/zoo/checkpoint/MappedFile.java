package dev.cardinal.zoo.checkpoint;

import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * A read-only file of any size, mapped into memory in chunks. Each chunk is mapped at the first access.
 *
 * <p>The caller of {@link #open(CheckpointSource, CheckpointFormat)} closes it; the garbage collector releases the mappings. Not
 * thread-safe.
 */
final class MappedFile implements AutoCloseable {
    /** A mapping is limited to 2 GiB; a power of two keeps the chunks page-aligned. */
    static final int CHUNK_BYTES = 1 << 30;

    private static final int CRC_STEP = 1 << 20;

    private final Path path;
    private final CheckpointErrors errors;
    private final FileChannel channel;
    private final long length;
    private final int chunkBytes;
    private final @Nullable ByteBuffer[] chunks;

    private MappedFile(Path path, CheckpointErrors errors, FileChannel channel, long length, int chunkBytes) {
        this.path = path;
        this.errors = errors;
        this.channel = channel;
        this.length = length;
        this.chunkBytes = chunkBytes;
        this.chunks = new ByteBuffer[Math.toIntExact((length + chunkBytes - 1) / chunkBytes)];
    }

    static MappedFile open(CheckpointSource source, CheckpointFormat format) {
        return open(source, format, CHUNK_BYTES);
    }

    static MappedFile open(CheckpointSource source, CheckpointFormat format, int chunkBytes) {
        CheckpointErrors errors = new CheckpointErrors(source.name(), format.id());
        Path file = source.path();
        try {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
            try {
                return new MappedFile(file, errors, channel, channel.size(), chunkBytes);
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (IOException | ArithmeticException e) {
            throw errors.unreadable(e);
        }
    }

    Path path() {
        return path;
    }

    CheckpointErrors errors() {
        return errors;
    }

    /** Returns the size of the file in bytes. */
    long length() {
        return length;
    }

    /** Returns the unsigned byte at an offset below {@link #length}. */
    int unsignedByte(long offset) {
        return chunk(offset).get((int) (offset % chunkBytes)) & 0xff;
    }

    /**
     * Copies bytes, which must be inside the file, into an array.
     *
     * @throws CardinalException if the file is unreadable, or has shrunk since it was opened
     */
    void read(long offset, byte[] into, int at, int count) {
        int done = 0;
        while (done < count) {
            ByteBuffer chunk = chunk(offset + done);
            int from = (int) ((offset + done) % chunkBytes);
            int step = Math.min(count - done, chunk.limit() - from);
            try {
                chunk.get(from, into, at + done, step);
            } catch (InternalError e) {
                // The JVM throws this for a page fault beyond the end of a file that another process truncated.
                throw errors.unreadable(e);
            }
            done += step;
        }
    }

    /** Returns the CRC-32 of bytes, which must be inside the file. */
    long crc32(long offset, long count) {
        CRC32 crc = new CRC32();
        byte[] step = new byte[(int) Math.min(CRC_STEP, count)];
        for (long done = 0; done < count; done += step.length) {
            int size = (int) Math.min(step.length, count - done);
            read(offset + done, step, 0, size);
            crc.update(step, 0, size);
        }
        return crc.getValue();
    }

    private ByteBuffer chunk(long offset) {
        if (offset < 0 || offset >= length) {
            throw new IndexOutOfBoundsException("byte " + offset + " of " + length);
        }
        int index = (int) (offset / chunkBytes);
        ByteBuffer chunk = chunks[index];
        if (chunk == null) {
            long start = (long) index * chunkBytes;
            try {
                chunk = channel.map(MapMode.READ_ONLY, start, Math.min(chunkBytes, length - start));
            } catch (IOException e) {
                throw errors.unreadable(e);
            }
            chunks[index] = chunk;
        }
        return chunk;
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw errors.unreadable(e);
        }
    }
}
