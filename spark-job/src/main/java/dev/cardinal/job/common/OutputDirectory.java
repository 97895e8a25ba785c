package dev.cardinal.job.common;

import dev.cardinal.zoo.CardinalException;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.function.Predicate;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsAction;
import org.apache.hadoop.security.AccessControlException;

/** Checks that a command may write to a directory. Nothing is changed. Stateless and thread-safe. */
public final class OutputDirectory {
    private OutputDirectory() {}

    /**
     * Lists what a directory holds.
     *
     * @return its entries, empty if the directory does not exist
     * @throws CardinalException if it is a file
     * @throws IOException if the file system fails
     */
    public static List<FileStatus> entries(FileSystem fileSystem, Path directory) throws IOException {
        FileStatus status;
        try {
            status = fileSystem.getFileStatus(directory);
        } catch (FileNotFoundException e) {
            requireWritable(fileSystem, directory);
            return List.of();
        }
        if (!status.isDirectory()) {
            throw CardinalException.output("output " + directory + " is a file; name a directory");
        }
        requireWritable(fileSystem, directory);
        return List.of(fileSystem.listStatus(directory));
    }

    /**
     * Checks that a directory, or the one that it would be created in, may be written to. Only file systems with
     * permissions are checked.
     *
     * @throws CardinalException if it may not
     * @throws IOException if the file system fails
     */
    public static void requireWritable(FileSystem fileSystem, Path directory) throws IOException {
        try {
            String scheme = fileSystem.getUri().getScheme();
            if (scheme.equals("file")) {
                requireWritable(new File(directory.toUri().getPath()).getAbsoluteFile(), directory);
            } else if (scheme.equals("hdfs")) {
                fileSystem.access(existing(fileSystem, directory), FsAction.WRITE);
            }
        } catch (AccessControlException e) {
            throw CardinalException.output("output " + directory + " cannot be written: permission denied: "
                    + String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
        }
    }

    private static void requireWritable(File file, Path directory) throws IOException {
        File existing = file;
        while (existing.getParentFile() != null && !existing.exists()) {
            existing = existing.getParentFile();
        }
        if (!Files.isWritable(existing.toPath())) {
            boolean isReadOnly = Files.getFileStore(existing.toPath()).isReadOnly();
            throw CardinalException.output("output " + directory + " cannot be written: "
                    + (isReadOnly ? "it is on a read-only disk" : "permission denied for " + existing));
        }
    }

    private static Path existing(FileSystem fileSystem, Path directory) throws IOException {
        Path existing = directory;
        while (existing.getParent() != null && !fileSystem.exists(existing)) {
            existing = existing.getParent();
        }
        return existing;
    }

    /**
     * Checks that a directory holds nothing but entries of certain names; it need not exist.
     *
     * @param allowed whether an entry of this name may be there
     * @throws CardinalException if it is a file, or holds anything else
     * @throws IOException if the file system fails
     */
    public static void requireOnly(FileSystem fileSystem, Path directory, Predicate<String> allowed)
            throws IOException {
        for (FileStatus entry : entries(fileSystem, directory)) {
            String name = entry.getPath().getName();
            if (!allowed.test(name)) {
                throw occupied(directory, name);
            }
        }
    }

    /**
     * Returns the error of a directory that holds something that Cardinal did not write.
     *
     * @param name path of that, below the directory
     */
    public static CardinalException occupied(Path directory, String name) {
        return CardinalException.output(
                "output " + directory + " already holds something else (" + name + "); name another --output");
    }
}
