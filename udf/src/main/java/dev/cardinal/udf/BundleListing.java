package dev.cardinal.udf;

import dev.cardinal.zoo.FileHash;
import java.io.IOException;
import java.io.InputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;

/** Reads a bundle's files one after the other on the driver, and takes their SHA-256. Stateless. */
final class BundleListing {
    private BundleListing() {}

    /** What is done with a file's content. */
    interface Reader {
        /** Reads a stream to its end. */
        void read(String name, InputStream in) throws IOException;
    }

    /** Every file below a directory of any Hadoop file system. */
    static List<BundleFile> read(FileSystem fileSystem, Path directory, Reader reader) throws IOException {
        String root = fileSystem.makeQualified(directory).toUri().getPath().replaceFirst("/*$", "/");
        List<BundleFile> files = new ArrayList<>();
        RemoteIterator<LocatedFileStatus> found = fileSystem.listFiles(directory, true);
        while (found.hasNext()) {
            Path path = found.next().getPath();
            String name = path.toUri().getPath().substring(root.length());
            MessageDigest digest = FileHash.digest();
            try (InputStream in = new DigestInputStream(fileSystem.open(path), digest)) {
                reader.read(name, in);
            }
            files.add(new BundleFile(name, HexFormat.of().formatHex(digest.digest())));
        }
        return List.copyOf(files);
    }
}
