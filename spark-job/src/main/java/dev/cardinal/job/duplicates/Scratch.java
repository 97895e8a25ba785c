package dev.cardinal.job.duplicates;

import dev.cardinal.udf.fs.UserPaths;
import java.util.function.UnaryOperator;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Temporary tables of a run, each of which is calculated once. The owner of the directory removes them. Lives on the driver.
 *
 * @param paths returns the path of a table that does not exist yet
 * @param spark reads and writes the tables
 */
public record Scratch(UnaryOperator<String> paths, SparkSession spark) {

    /** Calculates rows, and returns the stored ones. */
    public Dataset<Row> store(String name, Dataset<Row> rows) {
        String path = paths.apply(name);
        rows.write().parquet(path);
        return spark.read().schema(rows.schema()).parquet(UserPaths.escapeGlob(path));
    }
}
