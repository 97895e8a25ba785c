package dev.cardinal.job.source;

import dev.cardinal.zoo.CardinalException;
import java.nio.file.FileSystems;
import java.nio.file.PathMatcher;
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
        String name = file.getName();
        if (!matchesNames && root != null) {
            name = file.toUri()
                    .getPath()
                    .substring(root.toUri().getPath().length())
                    .replaceFirst("^/", "");
        }
        return matcher.matches(java.nio.file.Path.of(name));
    }
}
