package dev.cardinal.udf;

import dev.cardinal.zoo.FileHash;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * A model bundle as a set of Spark broadcasts, each a chunk of a file, so that a bundle may be larger than an array.
 *
 * <p>{@link #of} runs on the driver, which holds one chunk at a time itself and leaves the rest to Spark's block manager.
 * {@link #place} runs on executors: it writes the files below the bundle's fingerprint and checks each against the SHA-256
 * taken on the driver. {@link #destroy} removes the broadcasts. Serializable and thread-safe.
 */
public final class BroadcastFiles implements ModelFiles {
    private static final long serialVersionUID = 1L;
    private static final int CHUNK_BYTES = 32 << 20;

    private record File(String name, String sha256, List<Broadcast<byte[]>> chunks) implements Serializable {}

    private final String fingerprint;
    private final List<File> files;

    private BroadcastFiles(String fingerprint, List<File> files) {
        this.fingerprint = fingerprint;
        this.files = List.copyOf(files);
    }

    /**
     * Broadcasts every file below a directory of any Hadoop file system.
     *
     * @throws IOException if it cannot be read
     */
    public static BroadcastFiles of(
            JavaSparkContext spark, FileSystem fileSystem, org.apache.hadoop.fs.Path directory, String fingerprint)
            throws IOException {
        return of(spark, fileSystem, directory, fingerprint, CHUNK_BYTES);
    }

    static BroadcastFiles of(
            JavaSparkContext spark,
            FileSystem fileSystem,
            org.apache.hadoop.fs.Path directory,
            String fingerprint,
            int chunkBytes)
            throws IOException {
        String root = fileSystem.makeQualified(directory).toUri().getPath().replaceFirst("/*$", "/");
        List<File> files = new ArrayList<>();
        RemoteIterator<LocatedFileStatus> found = fileSystem.listFiles(directory, true);
        while (found.hasNext()) {
            org.apache.hadoop.fs.Path path = found.next().getPath();
            String name = path.toUri().getPath().substring(root.length());
            MessageDigest digest = FileHash.digest();
            List<Broadcast<byte[]>> chunks = new ArrayList<>();
            try (InputStream in = new DigestInputStream(fileSystem.open(path), digest)) {
                byte[] chunk = in.readNBytes(chunkBytes);
                while (chunk.length > 0) {
                    chunks.add(spark.broadcast(chunk));
                    chunk = in.readNBytes(chunkBytes);
                }
            }
            files.add(new File(name, HexFormat.of().formatHex(digest.digest()), List.copyOf(chunks)));
        }
        return new BroadcastFiles(fingerprint, files);
    }

    @Override
    public Path place(Path parent) throws IOException {
        Path target = parent.resolve(fingerprint);
        if (Files.exists(target)) {
            if (matches(target)) {
                return target;
            }
            deleteRecursively(target);
        }
        Path arriving = parent.resolve(fingerprint + "." + UUID.randomUUID());
        try {
            for (File file : files) {
                write(file, arriving.resolve(file.name()));
            }
            Files.move(arriving, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            if (!matches(target)) {
                throw e;
            } // else another executor of this machine was faster
        } finally {
            deleteRecursively(arriving);
        }
        return target;
    }

    private boolean matches(Path directory) throws IOException {
        for (File file : files) {
            Path path = directory.resolve(file.name());
            if (!Files.isRegularFile(path) || !hash(path).equals(file.sha256())) {
                return false;
            }
        }
        return true;
    }

    private static String hash(Path path) throws IOException {
        try (InputStream in = Files.newInputStream(path)) {
            return FileHash.sha256(in);
        }
    }

    private static void write(File file, Path path) throws IOException {
        Files.createDirectories(path.getParent());
        MessageDigest digest = FileHash.digest();
        try (OutputStream out = new DigestOutputStream(Files.newOutputStream(path), digest)) {
            for (Broadcast<byte[]> chunk : file.chunks()) {
                out.write(chunk.value());
            }
        }
        String arrived = HexFormat.of().formatHex(digest.digest());
        if (!arrived.equals(file.sha256())) {
            throw new IOException("model file " + file.name() + " arrived with SHA-256 " + arrived
                    + ", it was sent with " + file.sha256());
        }
    }

    private static void deleteRecursively(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** Removes the broadcasts from the driver and all executors; tasks that start later cannot place the bundle. */
    public void destroy() {
        files.forEach(file -> file.chunks().forEach(Broadcast::destroy));
    }
}
