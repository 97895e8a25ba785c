package dev.cardinal.job;

import dev.cardinal.zoo.CardinalException;
import org.apache.hadoop.fs.Path;

/** Paths as users write them. */
public final class UserPath {
    private UserPath() {}

    /**
     * The path that a text means, unescaped as it stands.
     *
     * @param what the text is for, such as {@code output}
     * @throws CardinalException if it is no path
     */
    public static Path of(String what, String text) {
        try {
            return new Path(text);
        } catch (IllegalArgumentException e) {
            throw CardinalException.usage(what + " '" + text + "' is no path: " + e.getMessage());
        }
    }

    /** A path as Spark's readers must be given it that it is not read as a glob. */
    public static String literal(String path) {
        return path.replaceAll("[{}\\[\\]*?\\\\]", "\\\\$0");
    }
}
