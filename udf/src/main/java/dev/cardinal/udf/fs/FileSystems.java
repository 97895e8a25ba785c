package dev.cardinal.udf.fs;

import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;

/** Opens file systems for files that other programs write, or that are replaced in place. Stateless and thread-safe. */
public final class FileSystems {
    private FileSystems() {}

    /** Returns the file system of a path, {@linkplain #withoutChecksums without checksum files}. */
    public static FileSystem fileSystem(Path path, Configuration configuration) throws IOException {
        return withoutChecksums(path.getFileSystem(configuration));
    }

    /**
     * Returns the file system without checksum files if it is the local disk: a checksum file may be left over from
     * another version of the file, or its name may be invalid.
     */
    public static FileSystem withoutChecksums(FileSystem fileSystem) {
        return fileSystem instanceof LocalFileSystem local ? local.getRawFileSystem() : fileSystem;
    }
}
