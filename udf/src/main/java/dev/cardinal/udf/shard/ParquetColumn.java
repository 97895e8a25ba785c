package dev.cardinal.udf.shard;

import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.schema.PrimitiveType;

/**
 * A column of single values.
 *
 * @param name its path, with dots between the structs that contain it and its own name
 * @param descriptor Parquet's descriptor
 */
record ParquetColumn(String name, ColumnDescriptor descriptor) {

    ParquetColumn(ColumnDescriptor descriptor) {
        this(String.join(".", descriptor.getPath()), descriptor);
    }

    PrimitiveType type() {
        return descriptor.getPrimitiveType();
    }
}
