package dev.cardinal.job.source;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which fields of a record, or columns of a table or manifest, the user names.
 *
 * @param image holds the encoded bytes, or in a manifest the URI; null for the format's usual one
 * @param label holds the text for the class; null for the format's usual one
 * @param key holds the source's name for the image; null for the format's usual one
 * @param keep columns of a Parquet source that are written to the predictions table as they are
 */
public record FieldNames(
        @Nullable String image,
        @Nullable String label,
        @Nullable String key,
        List<String> keep) {

    public FieldNames {
        keep = List.copyOf(keep);
    }

    /** Each format's usual fields, and no column kept. */
    public static FieldNames usual() {
        return new FieldNames(null, null, null, List.of());
    }
}
