package dev.cardinal.job.source;

import dev.cardinal.udf.fetch.LocalFiles;
import dev.cardinal.udf.fetch.Markers;
import dev.cardinal.udf.fetch.SkipReason;
import dev.cardinal.udf.fs.Retry;
import dev.cardinal.udf.fs.UserPaths;
import dev.cardinal.zoo.CardinalException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
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
import org.apache.hadoop.security.AccessControlException;
import org.jspecify.annotations.Nullable;

/**
 * Resolves the inputs that users name: paths and globs on any Hadoop file system. A path that exists is never read as a glob.
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
     * Returns the files and directories that an input names, looked up once.
     *
     * @return at least one
     * @throws CardinalException if there are none
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
        Path path = path(input);
        FileSystem fileSystem = fileSystem(path);
        try {
            FileStatus status = retry.call("look up " + path, () -> fileSystem.getFileStatus(path));
            String special = LocalFiles.special(fileSystem, path);
            if (special != null) {
                throw CardinalException.input(
                        "input " + input + " is " + special + ", not a file: copy its content to a file first");
            }
            return List.of(status);
        } catch (AccessDeniedException | AccessControlException e) {
            throw forbidden(input);
        } catch (FileNotFoundException e) {
            if (LocalFiles.isBelowForbidden(fileSystem, path)) {
                throw forbidden(input);
            }
            List<FileStatus> matches = new InputGlob(fileSystem, retry).matches(path);
            if (matches.isEmpty()) {
                throw CardinalException.input("input " + input + " does not exist, and matches no file as a glob");
            }
            return matches;
        }
    }

    private static CardinalException forbidden(String input) {
        return CardinalException.input(
                "input " + input + ": permission denied: this user may not enter a directory above it");
    }

    /** Returns the path that an input means; a relative name with a colon is not a scheme if there is such a file. */
    static Path path(String input) {
        try {
            return UserPaths.of("input", input);
        } catch (CardinalException e) {
            boolean mayBeName = input.indexOf(':') > 0 && !input.matches("[A-Za-z][A-Za-z0-9+.-]*:/.*");
            if (!mayBeName) {
                throw e;
            }
            return UserPaths.of("input", "./" + input);
        }
    }

    /** Returns whether an input is the path of a file, not a glob that matches files. */
    boolean names(String input, Path file) throws IOException {
        Path path = path(input);
        return fileSystem(path).makeQualified(path).equals(file);
    }

    /** Returns why a match of a glob is skipped, or null. It is not skipped if the glob itself asks for such names. */
    static @Nullable SkipReason skipReason(Path match, Path glob) {
        if (isHidden(match, glob)) {
            return SkipReason.HIDDEN;
        }
        return Markers.isMarker(match.getName()) && !Markers.isMarker(glob.getName()) ? SkipReason.MARKER : null;
    }

    /** Returns whether a glob matched a name that begins with a dot although the glob itself does not. */
    private static boolean isHidden(@Nullable Path match, @Nullable Path glob) {
        for (; match != null && glob != null; match = match.getParent(), glob = glob.getParent()) {
            if (match.getName().startsWith(".") && !glob.getName().startsWith(".")) {
                return true;
            }
        }
        return false;
    }

    /**
     * Returns whether an input contains a directory, or will contain it once the directory exists.
     *
     * @param directory fully qualified
     * @throws CardinalException if the input is not a valid path
     * @throws IOException if the input's file system fails
     */
    boolean covers(String input, Path directory) throws IOException {
        Path path = path(input);
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

    /** Returns the names of a path, starting at the root. */
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
        } catch (UnknownHostException e) {
            throw unknownHost(path, e);
        } catch (IllegalArgumentException e) {
            if (e.getCause() instanceof UnknownHostException host) {
                throw unknownHost(path, host);
            }
            throw e;
        }
    }

    private CardinalException unknownHost(Path path, UnknownHostException e) {
        String usual = path.toUri().getScheme() == null
                ? ", which fs.defaultFS names; write file:" + path + " if it is on the local disk"
                : "";
        return CardinalException.input("input " + path + ": unknown host " + e.getMessage() + usual);
    }
}
