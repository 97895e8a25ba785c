package dev.cardinal.job.label;

import static org.apache.spark.sql.functions.arrays_zip;
import static org.apache.spark.sql.functions.col;

import dev.cardinal.job.table.CatalogTable;
import dev.cardinal.job.table.TableName;
import dev.cardinal.zoo.CardinalException;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * The rows of a table in a catalog.
 *
 * @param table its name, with a snapshot if its format has them
 */
record CatalogRows(TableName table) implements StoredRows {
    @Override
    public String name() {
        return table.toString();
    }

    @Override
    public String shortName() {
        return table.name().substring(table.name().lastIndexOf('/') + 1); // Delta Lake has directories as names
    }

    @Override
    public StructType schema(SparkSession spark, List<String> more) {
        CatalogTable stored = CatalogTable.of(table, spark);
        if (!stored.exists()) {
            throw CardinalException.input("predictions " + name() + " do not exist in catalog " + table.catalog());
        }
        return new StructType(Arrays.stream(stored.read().schema().fields())
                .filter(field -> ExternalTable.READ.contains(field.name()) || more.contains(field.name()))
                .toArray(StructField[]::new));
    }

    @Override
    public Dataset<Row> read(StructType schema, SparkSession spark) {
        return CatalogTable.of(table, spark)
                .read()
                .select(Arrays.stream(schema.fields()).map(CatalogRows::column).toArray(Column[]::new));
    }

    /** Spark reads only the named fields of a struct in an array. */
    private static Column column(StructField field) {
        if (field.dataType() instanceof ArrayType array && array.elementType() instanceof StructType element) {
            Column[] fields = Arrays.stream(element.fieldNames())
                    .map(name -> col(field.name()).getField(name))
                    .toArray(Column[]::new);
            return arrays_zip(fields).cast(field.dataType()).as(field.name());
        }
        return col(field.name());
    }
}
