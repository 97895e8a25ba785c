package dev.cardinal.job.common;

import dev.cardinal.udf.fs.FileSystems;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options.Rename;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/** Writes files atomically: a reader sees the previous content or the new one, never a part. Stateless and thread-safe. */
public final class AtomicFiles {
    /** Capability of S3A paths, where a file appears when it is closed, and a rename copies it. */
    public static final String OBJECT_STORE = "fs.s3a.capability.magic.committer";

    private AtomicFiles() {}

    /**
     * Writes a file, and creates the directories above it.
     *
     * @param file fully qualified
     * @throws IOException if the file system fails; the previous file then stays
     */
    public static void write(Path file, byte[] content, Configuration configuration) throws IOException {
        // If a crash interrupted the replacement of a file and its checksum file, they would not match.
        FileSystem fileSystem = FileSystems.fileSystem(file, configuration);
        if (fileSystem.hasPathCapability(file, OBJECT_STORE)) {
            put(fileSystem, file, content);
            return;
        }
        Path temporary = new Path(file.getParent(), temporaryName(file.getName()));
        put(fileSystem, temporary, content);
        if (fileSystem instanceof RawLocalFileSystem local) {
            Files.move(
                    local.pathToFile(temporary).toPath(),
                    local.pathToFile(file).toPath(),
                    StandardCopyOption.ATOMIC_MOVE);
            return;
        }
        FileContext.getFileContext(file.toUri(), configuration).rename(temporary, file, Rename.OVERWRITE);
    }

    /** Returns the name of the temporary file, in the same directory, that a crash may leave behind. */
    public static String temporaryName(String name) {
        return "." + name + ".arriving";
    }

    private static void put(FileSystem fileSystem, Path file, byte[] content) throws IOException {
        try (OutputStream out = fileSystem.create(file, true)) {
            out.write(content);
        }
    }
}
