package dev.cardinal.job.predictions;

import static org.apache.spark.sql.functions.col;

import dev.cardinal.job.UserPath;
import dev.cardinal.job.label.PredictionTable;
import dev.cardinal.job.label.PredictionTable.Origin;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * What one model said about images: a predictions table, or several that are its parts. Only reads. Lives on the driver; immutable.
 */
public final class Predictions {
    /** Value of {@link Origin#emitted()} where the tables have logits. */
    public static final String LOGITS = "logits";

    private final List<PredictionTable> parts;
    private final Origin origin;

    private Predictions(List<PredictionTable> parts, Origin origin) {
        this.parts = List.copyOf(parts);
        this.origin = origin;
    }

    /**
     * Opens the tables of one model.
     *
     * @throws CardinalException if one is no predictions table, is named twice or comes from another model than the first, saying
     *     what it holds
     * @throws IOException if a file system fails
     */
    public static Predictions open(List<String> directories, Configuration configuration) throws IOException {
        Set<Object> seen = new HashSet<>();
        List<PredictionTable> parts = new ArrayList<>();
        Origin all = null;
        for (String directory : directories) {
            PredictionTable table = PredictionTable.at(UserPath.of("predictions", directory), configuration);
            Origin origin = table.origin();
            if (!seen.add(table.directory())) {
                throw CardinalException.usage("predictions " + directory + " are named twice");
            }
            if (all != null && !all.modelId().equals(origin.modelId())) {
                throw CardinalException.input("--predictions holds tables of different models: " + all.modelId()
                        + " and, in " + directory + ", " + origin.modelId());
            }
            parts.add(table);
            all = all == null ? origin : together(all, origin);
        }
        if (all == null) {
            throw CardinalException.usage("--predictions names no table");
        }
        return new Predictions(parts, all);
    }

    /** What is true of both parts. */
    private static Origin together(Origin first, Origin second) {
        Set<String> emitted = new HashSet<>(first.emitted());
        emitted.retainAll(second.emitted());
        return new Origin(
                first.modelId(),
                first.classes(),
                Math.min(first.topK(), second.topK()),
                emitted,
                first.precision(),
                first.macs(),
                first.imagesPerSecond());
    }

    /** Where the rows come from; of several tables, what all of them store. */
    public Origin origin() {
        return origin;
    }

    /** The tables' directories, fully qualified. */
    public List<String> directories() {
        return parts.stream().map(part -> part.directory().toString()).toList();
    }

    /**
     * Checks that the rows have logits.
     *
     * @param purpose what needs them, such as {@code --temperature}
     * @throws CardinalException if a table has none, saying how to get them
     */
    public void requireLogits(String purpose) {
        if (!origin.emitted().contains(LOGITS)) {
            throw CardinalException.input(purpose + " needs logits, which predictions "
                    + String.join(", ", directories()) + " do not have: label with --emit logits");
        }
    }

    /**
     * Every row. An image that several tables have counts once, as the first of them has it.
     *
     * @throws CardinalException if a table holds no rows
     */
    public Dataset<Row> rows(SparkSession spark) throws IOException {
        Dataset<Row> all = null;
        for (PredictionTable part : parts) {
            Dataset<Row> rows = part.rows(spark)
                    .orElseThrow(() -> CardinalException.input("predictions " + part.directory() + " hold no rows"));
            all = all == null
                    ? rows
                    : all.unionByName(
                            rows.join(
                                    all.select(col("path").as("earlier")),
                                    col("path").equalTo(col("earlier")),
                                    "left_anti"),
                            true);
        }
        if (all == null) {
            throw new IllegalStateException("no part");
        }
        return all;
    }
}
