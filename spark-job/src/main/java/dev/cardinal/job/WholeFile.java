package dev.cardinal.job;

import dev.cardinal.udf.store.StoreFiles;
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

/** Files that appear whole or not at all, in the place of an earlier one. Stateless and thread-safe. */
public final class WholeFile {
    /** What S3A says of a path where a file appears when it is closed, and a rename is a copy. */
    public static final String OBJECT_STORE = "fs.s3a.capability.magic.committer";

    private WholeFile() {}

    /**
     * Writes a file, and the directories above it.
     *
     * @param file fully qualified
     * @throws IOException if the file system fails; what was there before then stays
     */
    public static void write(Path file, byte[] content, Configuration configuration) throws IOException {
        // A file that is replaced in place would outlive the checksum file beside it in a crash.
        FileSystem fileSystem = StoreFiles.fileSystem(file, configuration);
        if (fileSystem.hasPathCapability(file, OBJECT_STORE)) {
            put(fileSystem, file, content);
            return;
        }
        Path arriving = new Path(file.getParent(), arriving(file.getName()));
        put(fileSystem, arriving, content);
        if (fileSystem instanceof RawLocalFileSystem local) {
            Files.move(
                    local.pathToFile(arriving).toPath(),
                    local.pathToFile(file).toPath(),
                    StandardCopyOption.ATOMIC_MOVE);
            return;
        }
        FileContext.getFileContext(file.toUri(), configuration).rename(arriving, file, Rename.OVERWRITE);
    }

    /** Name beside a file of what a crash leaves of it. */
    public static String arriving(String name) {
        return "." + name + ".arriving";
    }

    private static void put(FileSystem fileSystem, Path file, byte[] content) throws IOException {
        try (OutputStream out = fileSystem.create(file, true)) {
            out.write(content);
        }
    }
}
