package dev.cardinal.udf.bundle;

import dev.cardinal.udf.bundle.BundleListing.ListedFile;
import dev.cardinal.zoo.FileHash;
import dev.cardinal.zoo.FileTree;
import dev.cardinal.zoo.ImportProgress;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;

/**
 * Installs a bundle on the local disk, in a directory named by its fingerprint. The directory appears complete or not
 * at all, and each file is checked against the SHA-256 that the driver computed.
 *
 * <p>Stateless; safe for concurrent use by threads and processes. Lives on executors.
 */
final class BundleInstaller {
    private BundleInstaller() {}

    /** Provides the content of a bundle's files. */
    interface BundleContent {
        /** Writes a whole file to a stream. */
        void copy(ListedFile file, OutputStream out) throws IOException;
    }

    /** A file's SHA-256 differs from the one that the driver computed. */
    static final class HashMismatchException extends IOException {
        private static final long serialVersionUID = 1L;

        HashMismatchException(ListedFile file, String actual) {
            super("model file " + file.path() + " has SHA-256 " + actual + ", expected " + file.sha256());
        }
    }

    /**
     * Installs a bundle, unless an intact copy exists.
     *
     * @param parent directory for bundles
     * @return directory of the bundle
     * @throws HashMismatchException if a file differs from what the driver read
     * @throws IOException if a file cannot be read or written
     */
    static Path install(Path parent, String fingerprint, List<ListedFile> files, BundleContent content)
            throws IOException {
        Path target = parent.resolve(fingerprint);
        if (Files.exists(target)) {
            if (matches(target, files)) {
                return target;
            }
            FileTree.delete(target);
        }
        Path temporary = parent.resolve(fingerprint + "." + UUID.randomUUID());
        try {
            for (ListedFile file : files) {
                write(file, content, temporary.resolve(file.path()));
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            if (!matches(target, files)) {
                throw e;
            } // else another executor on this machine was faster
        } finally {
            FileTree.delete(temporary);
        }
        return target;
    }

    private static boolean matches(Path directory, List<ListedFile> files) throws IOException {
        for (ListedFile file : files) {
            Path path = directory.resolve(file.path());
            if (!Files.isRegularFile(path)
                    || !FileHash.sha256(path, ImportProgress.NONE).equals(file.sha256())) {
                return false;
            }
        }
        return true;
    }

    private static void write(ListedFile file, BundleContent content, Path path) throws IOException {
        Files.createDirectories(path.getParent());
        MessageDigest digest = FileHash.digest();
        try (OutputStream out = new DigestOutputStream(Files.newOutputStream(path), digest)) {
            content.copy(file, out);
        }
        String actual = HexFormat.of().formatHex(digest.digest());
        if (!actual.equals(file.sha256())) {
            throw new HashMismatchException(file, actual);
        }
    }
}
