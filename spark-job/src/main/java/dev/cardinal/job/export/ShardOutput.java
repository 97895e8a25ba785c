package dev.cardinal.job.export;

import dev.cardinal.job.common.AtomicFiles;
import dev.cardinal.zoo.FileHash;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.UUID;
import org.apache.hadoop.fs.Abortable;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A file that appears whole when it is committed, or not at all. It is written under another name and renamed; in an object store,
 * where a file appears when it is closed, it is written in place, and an unfinished upload is aborted. Closed by its creator; not
 * thread-safe.
 */
final class ShardOutput implements Closeable {
    private static final int BUFFER = 1 << 18;

    private final FileSystem fileSystem;
    private final Path file;
    private final Path written;
    private final FSDataOutputStream target;
    private final OutputStream out;
    private final MessageDigest digest = FileHash.digest();
    private long count;
    private boolean isCommitted;

    ShardOutput(FileSystem fileSystem, Path file, Path work) throws IOException {
        this.fileSystem = fileSystem;
        this.file = file;
        boolean isInPlace = fileSystem.hasPathCapability(file, AtomicFiles.OBJECT_STORE);
        this.written = isInPlace ? file : new Path(work, file.getName() + "." + UUID.randomUUID());
        this.target = fileSystem.create(written, true);
        this.out = new BufferedOutputStream(new Hashing(), BUFFER);
    }

    /** Returns the stream to write to; it is not closed by the caller. */
    OutputStream stream() {
        return out;
    }

    /** Completes the file. */
    void commit() throws IOException {
        out.flush();
        target.close();
        if (!written.equals(file)) {
            fileSystem.mkdirs(file.getParent());
            fileSystem.delete(file, false); // left by a run that died before it recorded this file
            if (!fileSystem.rename(written, file)) {
                throw new IOException("cannot move " + written + " to " + file);
            }
        }
        isCommitted = true;
    }

    long bytes() {
        return count;
    }

    /** Returns the SHA-256 of the file, once, after it is committed. */
    String sha256() {
        return HexFormat.of().formatHex(digest.digest());
    }

    @Override
    public void close() throws IOException {
        if (isCommitted) {
            return;
        }
        if (written.equals(file)) {
            if (target.getWrappedStream() instanceof Abortable) {
                target.abort();
            }
            return; // closing the stream would publish the file
        }
        target.close();
        fileSystem.delete(written, false);
    }

    private final class Hashing extends OutputStream {
        @Override
        public void write(int b) throws IOException {
            target.write(b);
            digest.update((byte) b);
            count++;
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            target.write(bytes, from, length);
            digest.update(bytes, from, length);
            count += length;
        }
    }
}
