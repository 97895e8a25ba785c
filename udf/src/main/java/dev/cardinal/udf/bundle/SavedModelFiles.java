package dev.cardinal.udf.bundle;

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
 * The files of a SavedModel that TensorFlow reads, with their hashes. A file is hashed once in a process while its length and
 * modification time stay the same. Thread-safe.
 */
final class SavedModelFiles {
    private static final List<String> FOLDERS = List.of("variables/", "assets/");

    private static final Map<Stamp, String> HASHES = new ConcurrentHashMap<>();

    private SavedModelFiles() {}

    /**
     * One file.
     *
     * @param path below the model's directory, with slashes
     * @param sha256 of its content, lower-case hex
     */
    record Entry(String path, String sha256) {}

    private record Stamp(Path file, long length, long modifiedMillis) {}

    /** The files in the order of their paths. */
    static List<Entry> of(FileSystem fileSystem, Path directory) throws IOException {
        String root = fileSystem.makeQualified(directory).toUri().getPath().replaceFirst("/*$", "/");
        List<Entry> entries = new ArrayList<>();
        RemoteIterator<LocatedFileStatus> found = fileSystem.listFiles(directory, true);
        while (found.hasNext()) {
            LocatedFileStatus file = found.next();
            String path = file.getPath().toUri().getPath().substring(root.length());
            boolean read = path.equals(SavedModelSignatures.GRAPH_FILE)
                    || FOLDERS.stream().anyMatch(path::startsWith);
            if (read && !file.getPath().getName().startsWith(".")) {
                entries.add(new Entry(path, sha256(fileSystem, file)));
            }
        }
        entries.sort(Comparator.comparing(Entry::path));
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
