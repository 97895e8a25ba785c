package dev.cardinal.job.source;

import dev.cardinal.zoo.PublicApi;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Names of the fields of a record, or of the columns of a table or manifest, that the user chose.
 *
 * @param image field with the encoded bytes, or in a manifest with the URI; null for the format's default
 * @param label field with the text of the class; null for the format's default
 * @param key field with the source's name of the image; null for the format's default
 * @param keep columns of a Parquet source that are copied to the predictions table
 */
@PublicApi
public record FieldNames(
        @Nullable String image,
        @Nullable String label,
        @Nullable String key,
        List<String> keep) {

    public FieldNames {
        keep = List.copyOf(keep);
    }

    /** Returns the default fields of each format, with no column kept. */
    public static FieldNames usual() {
        return new FieldNames(null, null, null, List.of());
    }
}
