package dev.cardinal.job;

import dev.cardinal.udf.store.StorePath;
import dev.cardinal.zoo.CardinalException;
import org.apache.hadoop.fs.Path;

/** Paths as users write them. */
public final class UserPath {
    private UserPath() {}

    /**
     * The path that a text means, unescaped as it stands.
     *
     * @param what the text is for, such as {@code output}
     * @throws CardinalException if it is no path, or an S3 path with credentials in it, which it does not repeat
     */
    public static Path of(String what, String text) {
        return StorePath.of(what, text);
    }

    /** A path as Spark's readers must be given it that it is not read as a glob. */
    public static String literal(String path) {
        return path.replaceAll("[{}\\[\\]*?\\\\]", "\\\\$0");
    }

    /** Whether Spark's readers pass a file over without a word; a partition's directory may begin with an underscore. */
    public static boolean isHidden(Path path) {
        String name = path.getName();
        return name.startsWith(".") || (name.startsWith("_") && !name.contains("="));
    }

    /** A URI without the user and password that some schemes allow in it. */
    public static String withoutCredentials(String uri) {
        return StorePath.withoutCredentials(uri);
    }
}
