package dev.cardinal.udf.fs;

import dev.cardinal.zoo.CardinalException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.Path;

/** Parses paths on file systems and object stores that users write. */
public final class UserPaths {
    private static final Pattern CREDENTIALS_IN_S3 =
            Pattern.compile("^(s3[an]?)://[^/]*[:@]", Pattern.CASE_INSENSITIVE);

    private UserPaths() {}

    /**
     * Returns the path that a text names; nothing in it is unescaped.
     *
     * @param what what the path is for, such as {@code output}
     * @throws CardinalException if the path is invalid, or an S3 path that contains credentials, which the message does
     *     not repeat
     */
    public static Path of(String what, String text) {
        Matcher secret = CREDENTIALS_IN_S3.matcher(text);
        if (secret.find()) {
            throw CardinalException.usage(what + " is an " + secret.group(1)
                    + ":// path with credentials before the bucket name, where others can read them; write only the"
                    + " bucket name, and provide the credentials through one of the providers that"
                    + " fs.s3a.aws.credentials.provider lists");
        }
        try {
            return new Path(text);
        } catch (IllegalArgumentException e) {
            throw CardinalException.usage(what + " '" + text + "' is not a valid path: " + e.getMessage());
        }
    }

    /** Escapes a path for Spark's readers, which would otherwise read it as a glob. */
    public static String escapeGlob(String path) {
        return path.replaceAll("[{}\\[\\]*?\\\\]", "\\\\$0");
    }

    /** Returns whether Spark's readers silently skip a file; a directory of a partition may begin with an underscore. */
    public static boolean isHidden(Path path) {
        String name = path.getName();
        return name.startsWith(".") || (name.startsWith("_") && !name.contains("="));
    }

    /** Removes the user and password that some schemes allow in a URI. */
    public static String withoutCredentials(String uri) {
        return uri.replaceFirst("^([A-Za-z][A-Za-z0-9+.-]*://)[^/@]*@", "$1");
    }
}
