package dev.cardinal.udf.fetch;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads columns from directories named {@code name=value}, as Hive, Spark, DuckDB and Arrow write partitioned tables. Values are
 * text; percent signs are decoded.
 */
public final class PartitionDirectories {
    private static final String NULL = "__HIVE_DEFAULT_PARTITION__";

    private PartitionDirectories() {}

    /** Returns the values in a file's path by column; a value is null if the partition is Hive's default. */
    public static Map<String, @Nullable String> of(String path) {
        Map<String, @Nullable String> values = new LinkedHashMap<>();
        int from = 0;
        for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', from)) {
            String directory = path.substring(from, slash);
            int equals = directory.indexOf('=');
            if (equals > 0) {
                values.put(ImageUris.decoded(directory.substring(0, equals)), value(directory));
            }
            from = slash + 1;
        }
        return values;
    }

    /** Returns the value in a directory's name; the name itself if it is not {@code name=value}. */
    public static @Nullable String value(String directory) {
        int equals = directory.indexOf('=');
        if (equals <= 0) {
            return directory;
        }
        String value = directory.substring(equals + 1);
        return value.equals(NULL) ? null : ImageUris.decoded(value);
    }
}
