package dev.cardinal.udf.bundle;

import dev.cardinal.udf.bundle.BundleListing.ListedFile;
import dev.cardinal.zoo.FileHash;
import dev.cardinal.zoo.graph.SavedModelSignatures;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;

/**
 * Lists the files of a SavedModel that TensorFlow reads, with their hashes. A process hashes a file again only if its
 * length or modification time has changed. Thread-safe; lives on the driver.
 */
final class SavedModelFiles {
    private static final List<String> FOLDERS = List.of("variables/", "assets/");

    private static final Map<Stamp, String> HASHES = new ConcurrentHashMap<>();

    private SavedModelFiles() {}

    private record Stamp(Path file, long length, long modifiedMillis) {}

    /** Lists the files, sorted by path. */
    static List<ListedFile> of(FileSystem fileSystem, Path directory) throws IOException {
        String root = fileSystem.makeQualified(directory).toUri().getPath().replaceFirst("/*$", "/");
        List<ListedFile> entries = new ArrayList<>();
        RemoteIterator<LocatedFileStatus> found = fileSystem.listFiles(directory, true);
        while (found.hasNext()) {
            LocatedFileStatus file = found.next();
            String path = file.getPath().toUri().getPath().substring(root.length());
            boolean read = path.equals(SavedModelSignatures.GRAPH_FILE)
                    || FOLDERS.stream().anyMatch(path::startsWith);
            if (read && !file.getPath().getName().startsWith(".")) {
                entries.add(new ListedFile(path, sha256(fileSystem, file)));
            }
        }
        entries.sort(Comparator.comparing(ListedFile::path));
        return entries;
    }

    private static String sha256(FileSystem fileSystem, LocatedFileStatus file) throws IOException {
        Stamp stamp = new Stamp(file.getPath(), file.getLen(), file.getModificationTime());
        String known = HASHES.get(stamp);
        if (known != null) {
            return known;
        }
        try (InputStream in = fileSystem.open(file.getPath())) {
            String sha256 = FileHash.sha256(in);
            HASHES.put(stamp, sha256);
            return sha256;
        }
    }
}
