package dev.cardinal.job.label;

import java.io.IOException;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/** Rows of predictions where they are stored: a directory of Parquet files, or a table of a catalog. Lives on the driver; immutable. */
interface StoredRows {
    /** Returns the value of an option that names these rows. */
    String name();

    /** Returns the last part of the name, which is the model of rows without that column. */
    String shortName();

    /**
     * Returns the columns that readers of predictions use. Others may have types that Spark cannot read.
     *
     * @param more columns that are read in addition to those of every table
     * @throws dev.cardinal.zoo.CardinalException if there are no rows, or they are not readable as a table
     * @throws IOException if the store fails
     */
    StructType schema(SparkSession spark, List<String> more) throws IOException;

    /**
     * Reads all rows.
     *
     * @param schema some of the columns, whose structs may have fewer fields than the stored ones
     */
    Dataset<Row> read(StructType schema, SparkSession spark) throws IOException;
}
