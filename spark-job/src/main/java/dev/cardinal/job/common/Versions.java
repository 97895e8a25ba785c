package dev.cardinal.job.common;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/** Versions of Cardinal, of the libraries that it was built with, and of Java. */
public final class Versions {
    private static final Properties BUILD = load();

    private Versions() {}

    /** Returns Cardinal's version. */
    public static String cardinal() {
        return BUILD.getProperty("cardinal");
    }

    /** Returns the versions by name: cardinal, java, spark, tensorflow. */
    public static Map<String, String> all() {
        Map<String, String> versions = new TreeMap<>();
        BUILD.stringPropertyNames().forEach(name -> versions.put(name, BUILD.getProperty(name)));
        versions.put("java", Runtime.version().toString());
        return versions;
    }

    private static Properties load() {
        Properties properties = new Properties();
        try (InputStream in = Versions.class.getResourceAsStream("/dev/cardinal/job/versions.properties")) {
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
