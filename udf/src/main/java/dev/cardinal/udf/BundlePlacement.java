package dev.cardinal.udf;

import dev.cardinal.zoo.FileHash;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Puts a bundle's files on the local disk, below its fingerprint, whole or not at all, and holds each to the SHA-256 taken on the
 * driver. Stateless and thread-safe, also among processes; lives on executors.
 */
final class BundlePlacement {
    private BundlePlacement() {}

    /** Where the content of a bundle's files comes from. */
    interface Source {
        /** Writes all of a file. */
        void copy(BundleFile file, OutputStream out) throws IOException;
    }

    /** A file that is not what the driver has seen. */
    static final class WrongContentException extends IOException {
        private static final long serialVersionUID = 1L;

        WrongContentException(BundleFile file, String arrived) {
            super("model file " + file.name() + " arrived with SHA-256 " + arrived + ", it was sent with "
                    + file.sha256());
        }
    }

    /**
     * Places a bundle, unless it is there already.
     *
     * @param parent directory to keep bundles in
     * @return directory of the bundle
     * @throws WrongContentException if a file is not what the driver has seen
     * @throws IOException if it cannot be read or written
     */
    static Path place(Path parent, String fingerprint, List<BundleFile> files, Source source) throws IOException {
        Path target = parent.resolve(fingerprint);
        if (Files.exists(target)) {
            if (matches(target, files)) {
                return target;
            }
            deleteRecursively(target);
        }
        Path arriving = parent.resolve(fingerprint + "." + UUID.randomUUID());
        try {
            for (BundleFile file : files) {
                write(file, source, arriving.resolve(file.name()));
            }
            Files.move(arriving, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            if (!matches(target, files)) {
                throw e;
            } // else another executor of this machine was faster
        } finally {
            deleteRecursively(arriving);
        }
        return target;
    }

    private static boolean matches(Path directory, List<BundleFile> files) throws IOException {
        for (BundleFile file : files) {
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

    private static void write(BundleFile file, Source source, Path path) throws IOException {
        Files.createDirectories(path.getParent());
        MessageDigest digest = FileHash.digest();
        try (OutputStream out = new DigestOutputStream(Files.newOutputStream(path), digest)) {
            source.copy(file, out);
        }
        String arrived = HexFormat.of().formatHex(digest.digest());
        if (!arrived.equals(file.sha256())) {
            throw new WrongContentException(file, arrived);
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
}
