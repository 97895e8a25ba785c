package dev.cardinal.udf.store;

import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;

/** File systems as files are taken that others have made, or that are replaced in place. Stateless and thread-safe. */
public final class StoreFiles {
    private StoreFiles() {}

    /** The file system of a path, {@linkplain #withoutChecksums without checksum files}. */
    public static FileSystem fileSystem(Path path, Configuration configuration) throws IOException {
        return withoutChecksums(path.getFileSystem(configuration));
    }

    /** On the local disk the file alone: a checksum file beside it may be left over from another, or have no name at all. */
    public static FileSystem withoutChecksums(FileSystem fileSystem) {
        return fileSystem instanceof LocalFileSystem local ? local.getRawFileSystem() : fileSystem;
    }
}
