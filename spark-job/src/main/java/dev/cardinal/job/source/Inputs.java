package dev.cardinal.job.source;

import dev.cardinal.job.UserPath;
import dev.cardinal.udf.store.Retry;
import dev.cardinal.zoo.CardinalException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.GlobExpander;
import org.apache.hadoop.fs.GlobFilter;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/**
 * What users name as inputs: paths and globs on any Hadoop file system. A path that exists literally is never read as a glob.
 * Lives on the driver; not thread-safe.
 */
final class Inputs {
    private final Configuration configuration;
    private final Retry retry;
    private final Map<String, List<FileStatus>> roots = new HashMap<>();

    Inputs(Configuration configuration) {
        this.configuration = configuration;
        this.retry = Retry.of(configuration);
    }

    /**
     * The files and directories that an input names, looked up once.
     *
     * @return at least one
     * @throws CardinalException if there is none
     * @throws IOException if its file system fails
     */
    List<FileStatus> roots(String input) throws IOException {
        List<FileStatus> known = roots.get(input);
        if (known == null) {
            known = lookedUp(input);
            roots.put(input, known);
        }
        return known;
    }

    private List<FileStatus> lookedUp(String input) throws IOException {
        Path path = UserPath.of("input", input);
        FileSystem fileSystem = fileSystem(path);
        try {
            return List.of(retry.call("look up " + path, () -> fileSystem.getFileStatus(path)));
        } catch (FileNotFoundException e) {
            FileStatus[] matches = glob(fileSystem, path);
            if (matches == null || matches.length == 0) {
                throw CardinalException.input("input " + input + " does not exist, and matches nothing as a glob");
            }
            return List.of(matches);
        }
    }

    /** Whether an input is the path of a file, not a glob that matches it. */
    boolean names(String input, Path file) throws IOException {
        Path path = UserPath.of("input", input);
        return fileSystem(path).makeQualified(path).equals(file);
    }

    private FileStatus @Nullable [] glob(FileSystem fileSystem, Path path) throws IOException {
        return retry.call("match " + path, () -> {
            try {
                return fileSystem.globStatus(path);
            } catch (IOException e) {
                if (String.valueOf(e.getMessage()).startsWith("Illegal file pattern")) {
                    throw CardinalException.input(
                            "input " + path + " does not exist, and is no glob: " + e.getMessage());
                }
                throw e;
            }
        });
    }

    /** Whether a glob has matched a name that begins with a dot without a dot of its own. */
    static boolean isHidden(@Nullable Path match, @Nullable Path glob) {
        for (; match != null && glob != null; match = match.getParent(), glob = glob.getParent()) {
            if (match.getName().startsWith(".") && !glob.getName().startsWith(".")) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether an input takes in what lies in a directory, now or once the directory is there.
     *
     * @param directory fully qualified
     * @throws CardinalException if the input is no path
     * @throws IOException if the input's file system fails
     */
    boolean covers(String input, Path directory) throws IOException {
        Path path = UserPath.of("input", input);
        FileSystem fileSystem = fileSystem(path);
        Path qualified = fileSystem.makeQualified(path);
        boolean isSameStore = new Path(qualified, "/").equals(new Path(directory, "/"));
        if (!isSameStore) {
            return false;
        }
        boolean isGlob = !fileSystem.exists(path);
        String text = qualified.toUri().getPath();
        for (String pattern : isGlob ? GlobExpander.expand(text) : List.of(text)) {
            if (begins(names(directory), names(new Path(pattern)), isGlob)) {
                return true;
            }
        }
        return false;
    }

    private static boolean begins(List<String> names, List<String> patterns, boolean areGlobs) throws IOException {
        if (patterns.size() > names.size()) {
            return false;
        }
        for (int i = 0; i < patterns.size(); i++) {
            String pattern = patterns.get(i);
            String name = names.get(i);
            if (areGlobs ? !new GlobFilter(pattern).accept(new Path("/" + name)) : !pattern.equals(name)) {
                return false;
            }
        }
        return true;
    }

    /** The names of a path from the root on. */
    private static List<String> names(Path path) {
        List<String> names = new ArrayList<>();
        for (Path at = path; at.getParent() != null; at = at.getParent()) {
            names.add(0, at.getName());
        }
        return names;
    }

    private FileSystem fileSystem(Path path) throws IOException {
        try {
            return path.getFileSystem(configuration);
        } catch (org.apache.hadoop.fs.UnsupportedFileSystemException e) {
            throw CardinalException.input("input " + path + ": " + e.getMessage());
        }
    }
}
