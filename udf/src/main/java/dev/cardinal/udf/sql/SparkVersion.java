package dev.cardinal.udf.sql;

import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * The versions of Spark that Cardinal runs on. One job jar serves all of them: it is compiled against the oldest, and
 * uses only classes and methods that the others have too.
 *
 * <p>The version is read from Spark's resource {@code spark-version-info.properties}, which has had this name since
 * Spark 2.0, so that the check works on every version. Stateless and thread-safe.
 */
public final class SparkVersion {
    /** Supported versions, without the patch release. */
    static final List<String> SUPPORTED = List.of("4.0", "4.1", "4.2");

    private static final String RESOURCE = "/spark-version-info.properties";

    private SparkVersion() {}

    /**
     * Checks the version of Spark on the class path. Accepts a Spark that does not state its version.
     *
     * @throws CardinalException if Cardinal does not run on the version
     */
    public static void check() {
        String version = version();
        if (version != null) {
            check(version);
        }
    }

    static void check(String version) {
        if (!isSupported(version)) {
            throw CardinalException.usage(
                    "Spark " + version + " is not supported: this version of Cardinal runs on Spark " + supported()
                            + " with Scala 2.13; use the spark-submit or the cluster of one of them");
        }
    }

    /** Returns whether Cardinal runs on a version of Spark, such as {@code 4.0.1} or {@code 4.1.0-amzn-0}. */
    public static boolean isSupported(String version) {
        return SUPPORTED.stream().anyMatch(each -> version.matches(each.replace(".", "\\.") + "(\\D.*)?"));
    }

    /** Returns the supported versions, for messages. */
    public static String supported() {
        return String.join(", ", SUPPORTED.subList(0, SUPPORTED.size() - 1)) + " and "
                + SUPPORTED.get(SUPPORTED.size() - 1);
    }

    private static @Nullable String version() {
        try (InputStream in = SparkVersion.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                return null;
            }
            Properties properties = new Properties();
            properties.load(in);
            return properties.getProperty("version");
        } catch (IOException e) {
            return null;
        }
    }
}
