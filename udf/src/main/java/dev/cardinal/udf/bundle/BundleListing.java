package dev.cardinal.udf.bundle;

import dev.cardinal.zoo.FileHash;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;

/** Reads the files of a bundle one after the other and computes their SHA-256. Stateless; lives on the driver. */
final class BundleListing {
    private BundleListing() {}

    /**
     * A file of a model, as the driver read it.
     *
     * @param path path relative to the model's directory, with slashes
     * @param sha256 SHA-256 of the content, lower-case hex
     */
    record ListedFile(String path, String sha256) implements Serializable {}

    /** Processes the content of a file. */
    interface Reader {
        /** Reads a stream to its end. */
        void read(String name, InputStream in) throws IOException;
    }

    /** Reads every file below a directory of any Hadoop file system. */
    static List<ListedFile> read(FileSystem fileSystem, Path directory, Reader reader) throws IOException {
        String root = fileSystem.makeQualified(directory).toUri().getPath().replaceFirst("/*$", "/");
        List<ListedFile> files = new ArrayList<>();
        RemoteIterator<LocatedFileStatus> found = fileSystem.listFiles(directory, true);
        while (found.hasNext()) {
            Path path = found.next().getPath();
            String name = path.toUri().getPath().substring(root.length());
            MessageDigest digest = FileHash.digest();
            try (InputStream in = new DigestInputStream(fileSystem.open(path), digest)) {
                reader.read(name, in);
            }
            files.add(new ListedFile(name, HexFormat.of().formatHex(digest.digest())));
        }
        return List.copyOf(files);
    }
}
