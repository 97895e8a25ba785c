package dev.cardinal.udf.fetch;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** The bookkeeping that Spark, Hadoop, Databricks, Windows, macOS and network drives leave next to data. Stateless and thread-safe. */
public final class Markers {
    private static final Set<String> NAMES = Set.of(
            "_success",
            "_metadata",
            "_common_metadata",
            "_temporary",
            "thumbs.db",
            "ehthumbs.db",
            "desktop.ini",
            "$recycle.bin",
            "system volume information",
            "picasa.ini",
            "@eadir",
            "#recycle",
            "@recycle",
            "icon\r",
            "__macosx");
    private static final Pattern PATTERN =
            Pattern.compile(".*\\.crc|.*_\\$folder\\$|_(started|committed)_\\d+|.*:zone\\.identifier");

    private Markers() {}

    /** Returns whether a file or directory is bookkeeping, by its name. */
    public static boolean isMarker(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return NAMES.contains(lower) || PATTERN.matcher(lower).matches();
    }
}
