package dev.cardinal.job.label;

import dev.cardinal.udf.fs.UserPaths;
import java.util.List;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Reads Parquet files, or the Parquet files of directories, by their literal paths, which Spark would otherwise read as globs. */
final class ParquetRows {
    private ParquetRows() {}

    static Dataset<Row> read(DataFrameReader reader, List<String> paths) {
        return reader.option("pathGlobFilter", "*.parquet")
                .parquet(paths.stream().map(UserPaths::escapeGlob).toArray(String[]::new));
    }
}
