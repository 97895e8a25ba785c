package dev.cardinal.udf.shard;

import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.schema.PrimitiveType;

/**
 * A column of single values.
 *
 * @param name with dots between it and the structs it lies in
 * @param descriptor what Parquet says of it
 */
record ParquetColumn(String name, ColumnDescriptor descriptor) {

    ParquetColumn(ColumnDescriptor descriptor) {
        this(String.join(".", descriptor.getPath()), descriptor);
    }

    PrimitiveType type() {
        return descriptor.getPrimitiveType();
    }
}
