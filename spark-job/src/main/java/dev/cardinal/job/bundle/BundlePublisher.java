package dev.cardinal.job.bundle;

import dev.cardinal.job.common.OutputDirectory;
import dev.cardinal.udf.bundle.BundleReader;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.card.BundleCard;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FileUtil;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;

/** Writes model bundles to any Hadoop file system. Thread-safe. Lives on the driver. */
public final class BundlePublisher {
    private final Configuration configuration;

    public BundlePublisher(Configuration configuration) {
        this.configuration = configuration;
    }

    /**
     * Checks that a bundle may be written to a directory.
     *
     * @return the bundle that it holds already, or empty if it is missing or empty
     * @throws CardinalException if it is a file, or holds anything else
     */
    public Optional<BundleCard> existing(Path directory) throws IOException {
        FileSystem fileSystem = directory.getFileSystem(configuration);
        List<FileStatus> entries = OutputDirectory.entries(fileSystem, directory);
        if (entries.isEmpty()) {
            return Optional.empty();
        }
        if (!fileSystem.exists(new Path(directory, BundleCard.CARD_FILE))) {
            throw OutputDirectory.occupied(directory, entries.get(0).getPath().getName());
        }
        return Optional.of(new BundleReader(configuration).read(directory));
    }

    /**
     * Copies a bundle from the local disk to a directory. On file systems that rename atomically, it appears there complete or
     * not at all.
     *
     * @throws IOException if the file system fails; the directory is then unchanged
     */
    public void publish(java.nio.file.Path local, Path directory) throws IOException {
        try (FileSystem own = FileSystem.newInstance(directory.toUri(), configuration)) {
            own.setWriteChecksum(false); // a bundle holds the files of a model and nothing else
            publish(local, directory, own);
        }
    }

    /**
     * Creates a directory on the local disk to build a bundle in. If the output is on the local disk, it is next to the output,
     * so that the bundle can be moved and need not be copied; else it is in the directory of temporary files.
     */
    java.nio.file.Path createWorkDirectory(Path directory) throws IOException {
        if (!(directory.getFileSystem(configuration) instanceof LocalFileSystem disk)) {
            return Files.createTempDirectory("cardinal-import");
        }
        java.nio.file.Path target =
                disk.pathToFile(disk.makeQualified(directory)).toPath().toAbsolutePath();
        java.nio.file.Path parent = target.getParent() == null ? target : target.getParent();
        Files.createDirectories(parent);
        return Files.createTempDirectory(parent, "." + target.getFileName() + ".");
    }

    /**
     * Moves a bundle from a {@link #createWorkDirectory work directory} to the output if that is on the same disk, else
     * {@link #publish publishes} it.
     *
     * @throws IOException if the file system fails; the output is then unchanged
     */
    void moveOrPublish(java.nio.file.Path local, Path directory) throws IOException {
        if (directory.getFileSystem(configuration) instanceof LocalFileSystem disk) {
            try {
                java.nio.file.Path target =
                        disk.pathToFile(disk.makeQualified(directory)).toPath();
                Files.move(local, target, StandardCopyOption.ATOMIC_MOVE); // replaces an empty directory
                return;
            } catch (AtomicMoveNotSupportedException e) {
                // the output is on another disk: copy the bundle
            }
        }
        publish(local, directory);
    }

    private static void publish(java.nio.file.Path local, Path directory, FileSystem fileSystem) throws IOException {
        Path target = fileSystem.makeQualified(directory);
        Path parent = target.getParent() == null ? target : target.getParent();
        Path temporary = new Path(parent, "." + target.getName() + "." + UUID.randomUUID());
        fileSystem.mkdirs(parent);
        try {
            // Not copyFromLocalFile: S3A's own needs Commons Collections 3, which Spark does not include from version
            // 4.1 on.
            Path source = new Path(local.toUri());
            FileSystem disk = FileSystem.getLocal(fileSystem.getConf());
            if (!FileUtil.copy(disk, source, fileSystem, temporary, false, true, fileSystem.getConf())) {
                throw new IOException("cannot copy " + source + " to " + temporary);
            }
            if (fileSystem.exists(target)) {
                fileSystem.delete(target, false); // an empty directory
            }
            if (!fileSystem.rename(temporary, target)) {
                throw new IOException("cannot rename " + temporary + " to " + target);
            }
        } finally {
            fileSystem.delete(temporary, true);
        }
    }
}
