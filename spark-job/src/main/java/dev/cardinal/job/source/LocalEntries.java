package dev.cardinal.job.source;

import java.io.IOException;
import java.nio.file.Files;
import java.util.HashSet;
import java.util.Set;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;

/**
 * What only the local disk has: links that lead back, pipes and devices that never end, names that are no text. One for each
 * listing; not thread-safe.
 */
final class LocalEntries {
    private final LocalFileSystem fileSystem;
    private final Set<java.nio.file.Path> visited = new HashSet<>();

    LocalEntries(LocalFileSystem fileSystem) {
        this.fileSystem = fileSystem;
    }

    /** Whether a directory has not been listed before, under this name or another that links lead to it by. */
    boolean isFirstVisit(Path directory) throws IOException {
        return visited.add(fileSystem.pathToFile(directory).toPath().toRealPath());
    }

    /** Whether an entry is a regular file or a directory. */
    boolean isImageOrDirectory(FileStatus entry) {
        return entry.isDirectory()
                || Files.isRegularFile(fileSystem.pathToFile(entry.getPath()).toPath());
    }

    /** Entries of a directory that Hadoop does not list: broken links, and names that are not in the locale's encoding. */
    long unlisted(Path directory, long listed) {
        String[] names = fileSystem.pathToFile(directory).list();
        return names == null ? 0 : Math.max(0, names.length - listed);
    }
}
