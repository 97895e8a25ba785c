package dev.cardinal.job.source;

import dev.cardinal.udf.fs.Retry;
import dev.cardinal.zoo.CardinalException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.GlobExpander;
import org.apache.hadoop.fs.GlobFilter;
import org.apache.hadoop.fs.Path;

/**
 * Finds the files that a glob matches, with Hadoop's syntax. Hadoop's own {@code globStatus} is not used because it fails if any
 * name in a directory that it lists contains a colon. Lives on the driver.
 */
final class InputGlob {
    private final FileSystem fileSystem;
    private final Retry retry;

    InputGlob(FileSystem fileSystem, Retry retry) {
        this.fileSystem = fileSystem;
        this.retry = retry;
    }

    /**
     * Returns the matches in order of path.
     *
     * @throws CardinalException if the glob is invalid
     * @throws IOException if the file system fails
     */
    List<FileStatus> matches(Path glob) throws IOException {
        Map<Path, FileStatus> matches = new LinkedHashMap<>();
        Path qualified = fileSystem.makeQualified(glob);
        Path root = new Path(qualified, "/");
        try {
            for (String pattern : GlobExpander.expand(qualified.toUri().getPath())) {
                String[] names = pattern.substring(1).split("/", -1);
                for (FileStatus match : below(List.of(root), names)) {
                    matches.put(match.getPath(), match);
                }
            }
        } catch (IOException e) {
            if (String.valueOf(e.getMessage()).startsWith("Illegal file pattern")) {
                throw CardinalException.input(
                        "input " + glob + " does not exist, and is not a valid glob: " + e.getMessage());
            }
            throw e;
        }
        return matches.values().stream()
                .sorted((one, other) -> one.getPath().compareTo(other.getPath()))
                .toList();
    }

    private List<FileStatus> below(List<Path> directories, String[] names) throws IOException {
        List<Path> parents = directories;
        List<FileStatus> found = new ArrayList<>();
        for (int i = 0; i < names.length; i++) {
            boolean isLast = i == names.length - 1;
            GlobFilter filter = new GlobFilter(names[i]);
            List<Path> next = new ArrayList<>();
            for (Path parent : parents) {
                if (!filter.hasPattern()) {
                    Path child = new Path(parent, "./" + names[i].replaceAll("\\\\(.)", "$1"));
                    next.add(child);
                    if (isLast) {
                        addIfExists(child, found);
                    }
                    continue;
                }
                for (FileStatus child : list(parent)) {
                    if (filter.accept(new Path("/" + child.getPath().getName())) && (isLast || child.isDirectory())) {
                        next.add(child.getPath());
                        if (isLast) {
                            found.add(child);
                        }
                    }
                }
            }
            parents = next;
        }
        return found;
    }

    private void addIfExists(Path path, List<FileStatus> found) throws IOException {
        try {
            found.add(retry.call("look up " + path, () -> fileSystem.getFileStatus(path)));
        } catch (FileNotFoundException e) {
            return; // matches nothing
        }
    }

    private List<FileStatus> list(Path directory) throws IOException {
        try {
            return List.of(retry.call("list " + directory, () -> fileSystem.listStatus(directory)));
        } catch (FileNotFoundException e) {
            return List.of();
        }
    }
}
