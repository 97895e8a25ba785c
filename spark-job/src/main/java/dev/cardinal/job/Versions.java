package dev.cardinal.job;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/** Versions of Cardinal and of what it was built with and runs on. */
public final class Versions {
    private static final Properties BUILD = load();

    private Versions() {}

    /** Cardinal's version. */
    public static String cardinal() {
        return BUILD.getProperty("cardinal");
    }

    /** Versions by name: cardinal, java, spark, tensorflow. */
    public static Map<String, String> all() {
        Map<String, String> versions = new TreeMap<>();
        BUILD.stringPropertyNames().forEach(name -> versions.put(name, BUILD.getProperty(name)));
        versions.put("java", Runtime.version().toString());
        return versions;
    }

    private static Properties load() {
        Properties properties = new Properties();
        try (InputStream in = Versions.class.getResourceAsStream("versions.properties")) {
            if (in == null) {
                throw new IllegalStateException("resource versions.properties is missing");
            }
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties;
    }
}
