package dev.cardinal.job.source;

import dev.cardinal.zoo.CardinalException;
import java.nio.file.FileSystems;
import java.nio.file.InvalidPathException;
import java.nio.file.PathMatcher;
import java.util.Objects;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/** Matches files of an input with a glob. Not serializable: built from its glob where it is used. */
final class IncludeGlob {
    private final @Nullable PathMatcher matcher;
    private final boolean matchesNames;

    /**
     * @param glob as {@link SourceSpec#include}
     * @throws CardinalException if the glob is invalid
     */
    IncludeGlob(@Nullable String glob) {
        this.matchesNames = glob != null && !glob.contains("/");
        this.matcher = glob == null ? null : matcher(glob);
    }

    private static PathMatcher matcher(String glob) {
        try {
            return FileSystems.getDefault().getPathMatcher("glob:" + glob);
        } catch (IllegalArgumentException e) {
            throw CardinalException.usage("--include " + glob + " is not a valid glob: " + e.getMessage());
        }
    }

    /**
     * Returns whether a file matches.
     *
     * @param root the input that contains it
     */
    boolean takes(Path file, @Nullable Path root) {
        if (matcher == null) {
            return true;
        }
        try {
            return matcher.matches(java.nio.file.Path.of(matchesNames ? file.getName() : below(file, root)));
        } catch (InvalidPathException e) {
            return false; // the platform does not allow this name, so no glob can match it
        }
    }

    /** Returns the path relative to the root, or the whole path if the file is outside of it (manifests); no leading slash. */
    private static String below(Path file, @Nullable Path root) {
        String path = file.toUri().getPath();
        String above = root == null ? "" : root.toUri().getPath();
        boolean isBelow = root != null
                && Objects.equals(root.toUri().getScheme(), file.toUri().getScheme())
                && Objects.equals(root.toUri().getAuthority(), file.toUri().getAuthority())
                && path.startsWith(above.endsWith("/") ? above : above + "/");
        return (isBelow ? path.substring(above.length()) : path).replaceFirst("^/", "");
    }
}
