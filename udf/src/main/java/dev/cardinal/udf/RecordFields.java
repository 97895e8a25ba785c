package dev.cardinal.udf;

import java.io.Serializable;
import java.util.List;
import org.apache.spark.sql.types.StructField;
import org.jspecify.annotations.Nullable;

/**
 * Which fields of a record, or columns of a table, are read.
 *
 * @param image field that holds the encoded bytes; null for the container's usual one
 * @param label field that holds the text for the class; null for the container's usual one
 * @param key field that holds the source's name for the image; null for the container's usual one
 * @param keep columns that are written to the predictions table as they are, with their types; none where the container has no
 *     columns
 */
public record RecordFields(
        @Nullable String image,
        @Nullable String label,
        @Nullable String key,
        List<StructField> keep) implements Serializable {

    public RecordFields {
        keep = List.copyOf(keep);
    }

    /** Each container's usual fields, and no column kept. */
    public static RecordFields usual() {
        return new RecordFields(null, null, null, List.of());
    }
}
