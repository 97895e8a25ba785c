package dev.cardinal.job.source;

import dev.cardinal.job.UserPath;
import dev.cardinal.udf.ImageRef;
import dev.cardinal.zoo.CardinalException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystems;
import java.nio.file.PathMatcher;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.GlobExpander;
import org.apache.hadoop.fs.GlobFilter;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.security.AccessControlException;
import org.jspecify.annotations.Nullable;

/**
 * Images that lie in files of their own, below directories of any Hadoop file system.
 *
 * <p>Every regular file is an image, whatever it is called; Spark's own lister would drop names that begin with an underscore.
 * Names that begin with a dot are passed over and counted. A path that exists literally is never read as a glob. Lives on the
 * driver; not thread-safe.
 */
public final class FilesSource {
    /** The latest time that a table's microseconds can hold, and the earliest without its sign. */
    private static final long MAX_MILLIS = Long.MAX_VALUE / 1000;

    private final Configuration configuration;
    private final TruthFrom truthFrom;
    private final @Nullable PathMatcher include;
    private final boolean includeMatchesNames;

    /**
     * @param include glob that a file must match to be taken, by its name or, where the glob has a slash, by its path below
     *     the input; null takes all
     * @throws CardinalException if the glob is wrong
     */
    public FilesSource(Configuration configuration, TruthFrom truthFrom, @Nullable String include) {
        this.configuration = configuration;
        this.truthFrom = truthFrom;
        this.includeMatchesNames = include != null && !include.contains("/");
        this.include = include == null ? null : matcher(include);
    }

    private static PathMatcher matcher(String glob) {
        try {
            return FileSystems.getDefault().getPathMatcher("glob:" + glob);
        } catch (IllegalArgumentException e) {
            throw CardinalException.usage("--include " + glob + " is no glob: " + e.getMessage());
        }
    }

    /**
     * Checks that an input exists.
     *
     * @throws CardinalException if it does not
     * @throws IOException if its file system fails
     */
    public void require(String input) throws IOException {
        roots(input);
    }

    /**
     * Lists every image of the inputs.
     *
     * @throws CardinalException if an input does not exist or may not be listed
     * @throws IOException if a file system fails
     */
    public Listing list(List<String> inputs) throws IOException {
        Map<String, ImageRef> found = new TreeMap<>();
        long skipped = 0;
        for (String input : inputs) {
            for (FileStatus root : roots(input)) {
                skipped += isHidden(root.getPath(), new Path(input)) ? 1 : walk(root, found);
            }
        }
        return new Listing(new ArrayList<>(found.values()), skipped);
    }

    /** Whether a glob has matched a name that begins with a dot without a dot of its own. */
    private static boolean isHidden(@Nullable Path match, @Nullable Path glob) {
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
    public boolean covers(String input, Path directory) throws IOException {
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

    private List<FileStatus> roots(String input) throws IOException {
        Path path = UserPath.of("input", input);
        FileSystem fileSystem = fileSystem(path);
        try {
            return List.of(fileSystem.getFileStatus(path));
        } catch (FileNotFoundException e) {
            FileStatus[] matches = glob(fileSystem, path);
            if (matches == null || matches.length == 0) {
                throw CardinalException.input("input " + input + " does not exist, and matches nothing as a glob");
            }
            return List.of(matches);
        }
    }

    private static FileStatus @Nullable [] glob(FileSystem fileSystem, Path path) throws IOException {
        try {
            return fileSystem.globStatus(path);
        } catch (IOException e) {
            if (String.valueOf(e.getMessage()).startsWith("Illegal file pattern")) {
                throw CardinalException.input("input " + path + " does not exist, and is no glob: " + e.getMessage());
            }
            throw e;
        }
    }

    private FileSystem fileSystem(Path path) throws IOException {
        try {
            return path.getFileSystem(configuration);
        } catch (org.apache.hadoop.fs.UnsupportedFileSystemException e) {
            throw CardinalException.input("input " + path + ": " + e.getMessage());
        }
    }

    private long walk(FileStatus root, Map<String, ImageRef> found) throws IOException {
        if (!root.isDirectory()) {
            add(root, root.getPath().getParent(), found);
            return 0;
        }
        FileSystem fileSystem = root.getPath().getFileSystem(configuration);
        LocalEntries local = fileSystem instanceof LocalFileSystem files ? new LocalEntries(files) : null;
        long skipped = 0;
        Deque<Path> directories = new ArrayDeque<>(List.of(root.getPath()));
        while (!directories.isEmpty()) {
            Path directory = directories.remove();
            if (local != null && !local.isFirstVisit(directory)) {
                skipped++;
                continue;
            }
            RemoteIterator<FileStatus> entries = list(fileSystem, directory);
            long listed = 0;
            while (entries.hasNext()) {
                FileStatus entry = entries.next();
                listed++;
                if (entry.getPath().getName().startsWith(".") || (local != null && !local.isImageOrDirectory(entry))) {
                    skipped++;
                } else if (entry.isDirectory()) {
                    directories.add(entry.getPath());
                } else {
                    add(entry, root.getPath(), found);
                }
            }
            skipped += local == null ? 0 : local.unlisted(directory, listed);
        }
        return skipped;
    }

    private static RemoteIterator<FileStatus> list(FileSystem fileSystem, Path directory) throws IOException {
        try {
            return fileSystem.listStatusIterator(directory);
        } catch (AccessControlException | AccessDeniedException | FileNotFoundException e) {
            throw notListed(directory, e);
        } catch (IOException e) {
            if (fileSystem instanceof LocalFileSystem) {
                throw notListed(directory, e);
            }
            throw e;
        }
    }

    private static CardinalException notListed(Path directory, IOException e) {
        return CardinalException.input("input directory " + directory + " cannot be listed: " + e.getMessage());
    }

    private void add(FileStatus file, @Nullable Path root, Map<String, ImageRef> found) {
        Path path = file.getPath();
        if (!included(path, root)) {
            return;
        }
        Path parent = path.getParent();
        String truth = truthFrom == TruthFrom.PARENT_DIR && parent != null ? parent.getName() : null;
        long modified = Math.max(-MAX_MILLIS, Math.min(MAX_MILLIS, file.getModificationTime()));
        found.put(path.toString(), ImageRef.file(path.toString(), file.getLen(), modified, truth));
    }

    private boolean included(Path path, @Nullable Path root) {
        if (include == null) {
            return true;
        }
        String name = path.getName();
        if (!includeMatchesNames && root != null) {
            name = path.toUri()
                    .getPath()
                    .substring(root.toUri().getPath().length())
                    .replaceFirst("^/", "");
        }
        return include.matches(java.nio.file.Path.of(name));
    }
}
