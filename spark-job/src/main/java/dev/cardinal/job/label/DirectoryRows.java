package dev.cardinal.job.label;

import dev.cardinal.udf.fs.FailureKind;
import dev.cardinal.udf.fs.StoreException;
import dev.cardinal.udf.fs.UserPaths;
import dev.cardinal.zoo.CardinalException;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * The rows of the Parquet files in a directory.
 *
 * @param directory the directory, fully qualified
 */
record DirectoryRows(Path directory) implements StoredRows {
    @Override
    public String name() {
        return directory.toString();
    }

    @Override
    public String shortName() {
        return directory.getName();
    }

    /** Returns whether there is no Parquet file. */
    boolean isEmpty(SparkSession spark) throws IOException {
        return table(spark).files().isEmpty();
    }

    private PredictionTable table(SparkSession spark) throws IOException {
        return PredictionTable.at(directory, spark.sparkContext().hadoopConfiguration());
    }

    @Override
    public StructType schema(SparkSession spark, List<String> more) throws IOException {
        SparkSession inference = spark.newSession();
        inference.conf().set("spark.sql.legacy.parquet.nanosAsLong", "true");
        StructType all;
        try {
            all = inference
                    .read()
                    .option("pathGlobFilter", "*.parquet")
                    .parquet(UserPaths.escapeGlob(name()))
                    .schema();
        } catch (Exception e) { // Spark throws checked exceptions that it does not declare
            Optional<IOException> outage = outage(e);
            if (outage.isPresent()) {
                throw StoreException.explaining("read predictions " + name(), outage.get());
            }
            throw CardinalException.input(
                    "predictions " + name() + " cannot be read: "
                            + String.valueOf(e.getMessage()).replaceAll("\\s+", " "),
                    e);
        }
        return new StructType(Arrays.stream(all.fields())
                .filter(field -> ExternalTable.READ.contains(field.name()) || more.contains(field.name()))
                .toArray(StructField[]::new));
    }

    /**
     * Returns the failure of the store that is the cause of Spark's exception. Missing paths and files that are not Parquet, or end too
     * early, are the user's to fix: for these, Spark and Parquet throw other exceptions.
     */
    private static Optional<IOException> outage(Exception failure) {
        for (Throwable cause = failure; cause != null && cause.getCause() != cause; cause = cause.getCause()) {
            if (cause instanceof AnalysisException || cause instanceof EOFException || isThrift(cause.getCause())) {
                return Optional.empty();
            }
            if (cause instanceof IOException store) {
                return FailureKind.of(store) == FailureKind.GONE ? Optional.empty() : Optional.of(store);
            }
        }
        return Optional.empty();
    }

    /** Returns whether Parquet could not parse the metadata of a file, which it reports as an {@link IOException}. */
    private static boolean isThrift(@Nullable Throwable cause) {
        return cause != null && cause.getClass().getName().contains("thrift");
    }

    @Override
    public Dataset<Row> read(StructType schema, SparkSession spark) throws IOException {
        return table(spark).read(spark.read().schema(schema));
    }
}
