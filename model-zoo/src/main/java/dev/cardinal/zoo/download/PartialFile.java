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
 * An incomplete download, with a properties file that names the version on the server, so that a later run can continue
 * it.
 *
 * <p>The caller of {@link #of} closes it; it is locked until then. Not thread-safe.
 */
final class PartialFile implements AutoCloseable {
    private final Path file;
    private final Path versionFile;
    private final FileChannel channel;

    /**
     * One version of a file on a server.
     *
     * @param url its URL
     * @param validator its strong ETag or its date of last modification, or null if the server sends neither
     * @param length its size in bytes, or -1 if the server does not send it
     */
    record RemoteVersion(String url, @Nullable String validator, long length) {}

    private PartialFile(Path file, Path versionFile, FileChannel channel) {
        this.file = file;
        this.versionFile = versionFile;
        this.channel = channel;
    }

    /**
     * Opens {@code <target>.part}, and creates it if it does not exist.
     *
     * @throws CardinalException if another run is downloading it
     */
    static PartialFile of(Path target) throws IOException {
        Path file = target.resolveSibling(target.getFileName() + ".part");
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (!isLocked(channel)) {
                throw CardinalException.usage("another run is downloading " + file + "; wait until it ends");
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

    /** Returns the version of the partial content, or null if there is no content or it cannot be continued. */
    @Nullable
    RemoteVersion version() throws IOException {
        if (!Files.exists(versionFile) || length() == 0) {
            return null;
        }
        Properties properties = new Properties();
        try (InputStream in = Files.newInputStream(versionFile)) {
            properties.load(in);
            return new RemoteVersion(
                    properties.getProperty("url", ""),
                    properties.getProperty("validator"),
                    Long.parseLong(properties.getProperty("length", "")));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** Deletes the content and starts again with a version. */
    void restart(RemoteVersion version) throws IOException {
        drop();
        Properties properties = new Properties();
        properties.setProperty("url", version.url());
        properties.setProperty("length", String.valueOf(version.length()));
        if (version.validator() != null) {
            properties.setProperty("validator", version.validator());
        }
        try (OutputStream out = Files.newOutputStream(versionFile)) {
            properties.store(out, null);
        }
    }

    /** Deletes the content and its version, but keeps the file. */
    void drop() throws IOException {
        Files.deleteIfExists(versionFile);
        channel.truncate(0);
    }

    void append(byte[] bytes, int count) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, count);
        long at = channel.size();
        while (buffer.hasRemaining()) {
            at += channel.write(buffer, at);
        }
    }

    /** Moves the complete file to its final name. */
    void moveTo(Path target) throws IOException {
        Files.move(file, target, StandardCopyOption.REPLACE_EXISTING);
        Files.deleteIfExists(versionFile);
    }

    /** Deletes the file and its version. */
    void delete() throws IOException {
        Files.deleteIfExists(versionFile);
        Files.deleteIfExists(file);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
