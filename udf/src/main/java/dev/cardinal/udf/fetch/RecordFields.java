package dev.cardinal.udf.fetch;

import dev.cardinal.zoo.PublicApi;
import java.io.Serializable;
import java.util.List;
import org.apache.spark.sql.types.StructField;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a record, or the columns of a table, that are read.
 *
 * @param image field with the encoded bytes; null for the container's usual field
 * @param label field with the text for the class; null for the container's usual field
 * @param key field with the source's name for the image; null for the container's usual field
 * @param keep columns that are written unchanged to the predictions table, with their types; empty if the container has
 *     no columns
 */
@PublicApi
public record RecordFields(
        @Nullable String image,
        @Nullable String label,
        @Nullable String key,
        List<StructField> keep) implements Serializable {

    public RecordFields {
        keep = List.copyOf(keep);
    }

    /** Returns the same fields with other columns to keep. */
    public RecordFields withKeep(List<StructField> columns) {
        return new RecordFields(image, label, key, columns);
    }

    /** Returns each container's usual fields, and no columns to keep. */
    public static RecordFields usual() {
        return new RecordFields(null, null, null, List.of());
    }
}
