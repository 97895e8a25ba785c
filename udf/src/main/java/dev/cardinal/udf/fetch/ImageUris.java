package dev.cardinal.udf.fetch;

import dev.cardinal.udf.fs.UserPaths;
import dev.cardinal.zoo.CardinalException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** Reads the URIs of images in lists and tables. Stateless and thread-safe. */
public final class ImageUris {
    private static final Pattern ABSOLUTE = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*:/.*", Pattern.DOTALL);
    private static final Pattern PERCENT = Pattern.compile("%[0-9A-Fa-f]{2}");

    /** Addresses of web servers: Hadoop opens them, but does not report the length of what they return. */
    private static final Pattern WEB = Pattern.compile("(?i)https?://.*", Pattern.DOTALL);

    private static final String LOCAL_HOST = "file://localhost/";

    private ImageUris() {}

    /**
     * Returns the path that a URI means.
     *
     * @param directory what a relative URI is relative to
     * @throws CardinalException if it is invalid, or names a store that is not supported
     */
    public static Path resolve(Path directory, String uri, Configuration configuration) {
        if (uri.startsWith("hf://")) {
            throw CardinalException.usage(
                    "hf:// paths are not supported: download the data set, or store the images' bytes"
                            + " in the table (push_to_hub and embed_table_storage do)");
        }
        if (WEB.matcher(uri).matches()) {
            throw CardinalException.usage(
                    "web addresses are not supported: download the images first, for example with" + " img2dataset");
        }
        if (uri.startsWith("s3://") && configuration.get("fs.s3.impl") == null) {
            return UserPaths.of("image", "s3a" + uri.substring("s3".length()));
        }
        if (ABSOLUTE.matcher(uri).matches()) {
            return new Path(directory, UserPaths.of("image", uri));
        }
        // A name with a colon is not a scheme, and two slashes do not begin a host.
        String name = uri.startsWith("/") ? uri.replaceFirst("^/+", "/") : "./" + uri;
        return new Path(directory, UserPaths.of("image", name));
    }

    /**
     * Returns the spellings to try, the URI as written first: without white space at its ends, with percent signs decoded, without
     * a local host, with slashes instead of the backslashes of Windows, and with composed or decomposed accents, because macOS
     * decomposes them.
     */
    public static Set<String> spellings(String uri) {
        Set<String> spellings = new LinkedHashSet<>();
        spellings.add(uri);
        spellings.add(uri.strip());
        List<UnaryOperator<String>> changes = List.of(
                text -> PERCENT.matcher(text).find() ? decoded(text.strip()) : text,
                text -> text.startsWith(LOCAL_HOST) ? "file:/" + text.substring(LOCAL_HOST.length()) : text,
                text -> text.replace('\\', '/'),
                text -> Normalizer.normalize(text, Normalizer.Form.NFC),
                text -> Normalizer.normalize(text, Normalizer.Form.NFD));
        for (UnaryOperator<String> change : changes) {
            for (String spelling : List.copyOf(spellings)) {
                spellings.add(change.apply(spelling));
            }
        }
        return spellings;
    }

    /** Decodes percent signs; a text that cannot be decoded is returned unchanged. */
    public static String decoded(String text) {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return text;
        }
    }
}
