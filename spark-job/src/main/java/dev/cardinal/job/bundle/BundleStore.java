package dev.cardinal.job.bundle;

import dev.cardinal.udf.bundle.BundleReader;
import dev.cardinal.zoo.BundleCard;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;

/** Model bundles on any Hadoop file system. Thread-safe; lives on the driver. */
public final class BundleStore {
    private final Configuration configuration;

    public BundleStore(Configuration configuration) {
        this.configuration = configuration;
    }

    /** What the bundle in a directory says of itself, as {@link BundleReader#read} has it. */
    public BundleCard read(Path directory) throws IOException {
        return new BundleReader(configuration).read(directory);
    }

    /**
     * Whether a directory can take a bundle.
     *
     * @return the bundle that is there already, or empty where there is nothing
     * @throws CardinalException if it holds something else
     */
    public Optional<BundleCard> occupant(Path directory) throws IOException {
        FileSystem fileSystem = directory.getFileSystem(configuration);
        if (!fileSystem.exists(directory)) {
            return Optional.empty();
        }
        if (!fileSystem.getFileStatus(directory).isDirectory()) {
            throw CardinalException.output("output " + directory + " is a file; name a directory for the model");
        }
        if (fileSystem.listStatus(directory).length == 0) {
            return Optional.empty();
        }
        if (!fileSystem.exists(new Path(directory, BundleCard.CARD_FILE))) {
            throw CardinalException.output(
                    "output " + directory + " already holds something else; name an empty directory");
        }
        return Optional.of(read(directory));
    }

    /**
     * Moves a bundle from the local disk to its place, where it appears whole or not at all on file systems that rename
     * atomically.
     *
     * @throws IOException if the file system fails; the target is then untouched
     */
    public void publish(java.nio.file.Path local, Path directory) throws IOException {
        try (FileSystem own = FileSystem.newInstance(directory.toUri(), configuration)) {
            own.setWriteChecksum(false); // a bundle holds a model's files and nothing else
            publish(local, directory, own);
        }
    }

    /**
     * Makes a directory on the local disk to build a bundle in, so near to its place that publishing it need not copy it: beside
     * it where that is on the local disk too, else among the temporary files.
     */
    java.nio.file.Path workDirectory(Path directory) throws IOException {
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
     * Gives a bundle its place: moves it there from a {@link #workDirectory} on the same disk, publishes it anywhere else.
     *
     * @throws IOException if the file system fails; the target is then untouched
     */
    void place(java.nio.file.Path local, Path directory) throws IOException {
        if (directory.getFileSystem(configuration) instanceof LocalFileSystem disk) {
            try {
                java.nio.file.Path target =
                        disk.pathToFile(disk.makeQualified(directory)).toPath();
                Files.move(local, target, StandardCopyOption.ATOMIC_MOVE); // replaces an empty directory
                return;
            } catch (AtomicMoveNotSupportedException e) {
                // another disk: the bundle is copied
            }
        }
        publish(local, directory);
    }

    private static void publish(java.nio.file.Path local, Path directory, FileSystem fileSystem) throws IOException {
        Path target = fileSystem.makeQualified(directory);
        Path parent = target.getParent() == null ? target : target.getParent();
        Path arriving = new Path(parent, "." + target.getName() + "." + UUID.randomUUID());
        fileSystem.mkdirs(parent);
        try {
            fileSystem.copyFromLocalFile(false, true, new Path(local.toUri()), arriving);
            if (fileSystem.exists(target)) {
                fileSystem.delete(target, false); // an empty directory
            }
            if (!fileSystem.rename(arriving, target)) {
                throw new IOException("cannot rename " + arriving + " to " + target);
            }
        } finally {
            fileSystem.delete(arriving, true);
        }
    }
}
