package dev.cardinal.zoo.download;

import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * What has arrived of a file, beside a note of which version of it that is, so that a later run can continue.
 *
 * <p>Whoever opens it closes it; it is locked until then. Not thread-safe.
 */
final class PartialFile implements AutoCloseable {
    private final Path file;
    private final Path note;
    private final FileChannel channel;

    /**
     * One version of a file on the web.
     *
     * @param url where it is
     * @param validator its strong ETag or its date of last modification, or null where the server gives neither
     * @param length its size in bytes, or -1 where the server does not say
     */
    record Version(String url, @Nullable String validator, long length) {}

    private PartialFile(Path file, Path note, FileChannel channel) {
        this.file = file;
        this.note = note;
        this.channel = channel;
    }

    /**
     * Opens {@code <target>.part}, and makes it if it is not there.
     *
     * @throws CardinalException if another run is downloading it
     */
    static PartialFile of(Path target) throws IOException {
        Path file = target.resolveSibling(target.getFileName() + ".part");
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (!isLocked(channel)) {
                throw CardinalException.usage("another run is downloading " + file + "; wait for it");
            }
            return new PartialFile(file, target.resolveSibling(target.getFileName() + ".part.properties"), channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    Path path() {
        return file;
    }

    long length() throws IOException {
        return channel.size();
    }

    /** The version that was begun, or null where nothing, or nothing that can be continued, has arrived. */
    @Nullable
    Version version() throws IOException {
        if (!Files.exists(note) || length() == 0) {
            return null;
        }
        Properties properties = new Properties();
        try (InputStream in = Files.newInputStream(note)) {
            properties.load(in);
            return new Version(
                    properties.getProperty("url", ""),
                    properties.getProperty("validator"),
                    Long.parseLong(properties.getProperty("length", "")));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** Drops what has arrived, and begins with a version. */
    void restart(Version version) throws IOException {
        drop();
        Properties properties = new Properties();
        properties.setProperty("url", version.url());
        properties.setProperty("length", String.valueOf(version.length()));
        if (version.validator() != null) {
            properties.setProperty("validator", version.validator());
        }
        try (OutputStream out = Files.newOutputStream(note)) {
            properties.store(out, null);
        }
    }

    /** Forgets what has arrived. */
    void drop() throws IOException {
        Files.deleteIfExists(note);
        channel.truncate(0);
    }

    void append(byte[] bytes, int count) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, count);
        long at = channel.size();
        while (buffer.hasRemaining()) {
            at += channel.write(buffer, at);
        }
    }

    /** Gives the file, which is complete, its name. */
    void moveTo(Path target) throws IOException {
        Files.move(file, target, StandardCopyOption.REPLACE_EXISTING);
        Files.deleteIfExists(note);
    }

    /** Removes what has arrived from the disk. */
    void delete() throws IOException {
        Files.deleteIfExists(note);
        Files.deleteIfExists(file);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
