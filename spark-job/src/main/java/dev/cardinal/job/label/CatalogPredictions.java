package dev.cardinal.job.label;

import dev.cardinal.job.table.CatalogTable;
import dev.cardinal.job.table.TableName;
import dev.cardinal.udf.fs.UserPaths;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;

/**
 * A table of a catalog that holds predictions, and the directory of its run records and its lock, which a property of the table names.
 * Lives on the driver; immutable.
 *
 * @param table the table, at a snapshot
 * @param records the directory, empty if another program than Cardinal made the table
 */
public record CatalogPredictions(CatalogTable table, Optional<PredictionTable> records) {
    /** Property of a table: the directory that {@code label --state} named. */
    static final String STATE = "cardinal.state";

    /**
     * Opens a table at its current snapshot, or at that of the name.
     *
     * @throws CardinalException if the catalog or the table does not exist
     * @throws IOException if a file system fails
     */
    public static CatalogPredictions open(TableName name, SparkSession spark) throws IOException {
        CatalogTable table = CatalogTable.of(name, spark);
        if (!table.exists()) {
            throw CardinalException.input("predictions " + name + " do not exist in catalog " + name.catalog());
        }
        table.refresh();
        return new CatalogPredictions(table.pinned(), records(table, spark));
    }

    /**
     * Returns the directory of the records.
     *
     * @throws CardinalException if there is none
     */
    public PredictionTable requireRecords() {
        return records.orElseThrow(() -> CardinalException.input(
                table + " is not a predictions table: it has no property " + STATE + ", which names the run records"));
    }

    private static Optional<PredictionTable> records(CatalogTable table, SparkSession spark) throws IOException {
        String state = table.properties().get(STATE);
        if (state == null) {
            return Optional.empty();
        }
        return Optional.of(PredictionTable.at(
                UserPaths.of("property " + STATE + " of " + table, state),
                spark.sparkContext().hadoopConfiguration()));
    }
}
