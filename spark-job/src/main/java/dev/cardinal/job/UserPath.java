package dev.cardinal.job;

import dev.cardinal.zoo.CardinalException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.Path;

/** Paths as users write them. */
public final class UserPath {
    private static final Pattern CREDENTIALS_IN_S3 =
            Pattern.compile("^(s3[an]?)://[^/]*[:@]", Pattern.CASE_INSENSITIVE);

    private UserPath() {}

    /**
     * The path that a text means, unescaped as it stands.
     *
     * @param what the text is for, such as {@code output}
     * @throws CardinalException if it is no path, or an S3 path with credentials in it, which it does not repeat
     */
    public static Path of(String what, String text) {
        Matcher secret = CREDENTIALS_IN_S3.matcher(text);
        if (secret.find()) {
            throw CardinalException.usage(what + " is an " + secret.group(1)
                    + ":// path with credentials before the bucket's name, where others can read them; name the bucket alone,"
                    + " and give the credentials to one of the providers that fs.s3a.aws.credentials.provider names");
        }
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

    /** Whether Spark's readers pass a file over without a word; a partition's directory may begin with an underscore. */
    public static boolean isHidden(Path path) {
        String name = path.getName();
        return name.startsWith(".") || (name.startsWith("_") && !name.contains("="));
    }

    /** A URI without the user and password that some schemes allow in it. */
    public static String withoutCredentials(String uri) {
        return uri.replaceFirst("^([A-Za-z][A-Za-z0-9+.-]*://)[^/@]*@", "$1");
    }
}
