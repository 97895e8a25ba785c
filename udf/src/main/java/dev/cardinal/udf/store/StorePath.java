package dev.cardinal.udf.store;

import dev.cardinal.zoo.CardinalException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.Path;

/** Paths on file systems and object stores, as texts that users write. */
public final class StorePath {
    private static final Pattern CREDENTIALS_IN_S3 =
            Pattern.compile("^(s3[an]?)://[^/]*[:@]", Pattern.CASE_INSENSITIVE);

    private StorePath() {}

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

    /** A URI without the user and password that some schemes allow in it. */
    public static String withoutCredentials(String uri) {
        return uri.replaceFirst("^([A-Za-z][A-Za-z0-9+.-]*://)[^/@]*@", "$1");
    }
}
