package dev.cardinal.job.source;

import dev.cardinal.zoo.CardinalException;
import java.nio.file.FileSystems;
import java.nio.file.InvalidPathException;
import java.nio.file.PathMatcher;
import java.util.Objects;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/** Which files of an input are taken. Not serializable: made from its glob wherever it is needed. */
final class IncludeGlob {
    private final @Nullable PathMatcher matcher;
    private final boolean matchesNames;

    /**
     * @param glob as {@link SourceSpec#include}
     * @throws CardinalException if it is no glob
     */
    IncludeGlob(@Nullable String glob) {
        this.matchesNames = glob != null && !glob.contains("/");
        this.matcher = glob == null ? null : matcher(glob);
    }

    private static PathMatcher matcher(String glob) {
        try {
            return FileSystems.getDefault().getPathMatcher("glob:" + glob);
        } catch (IllegalArgumentException e) {
            throw CardinalException.usage("--include " + glob + " is no glob: " + e.getMessage());
        }
    }

    /**
     * Whether a file is taken.
     *
     * @param root the input it lies below
     */
    boolean takes(Path file, @Nullable Path root) {
        if (matcher == null) {
            return true;
        }
        try {
            return matcher.matches(java.nio.file.Path.of(matchesNames ? file.getName() : below(file, root)));
        } catch (InvalidPathException e) {
            return false; // a name that no path here can have, no glob can match
        }
    }

    /** The path below the root, or the whole path of a file that lies elsewhere, as a manifest's may; without a slash in front. */
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
