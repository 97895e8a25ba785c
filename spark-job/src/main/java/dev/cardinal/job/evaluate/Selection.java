package dev.cardinal.job.evaluate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.cardinal.job.common.JsonMappers;
import dev.cardinal.udf.fs.UserPaths;
import dev.cardinal.zoo.CardinalException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Reads a finished selection that {@code select} has written. Lives on the driver; immutable.
 *
 * @param directory fully qualified
 * @param k maximum number of images per class; empty if the selection was made with {@code --k all} or {@code --k-file}
 */
record Selection(Path directory, OptionalInt k) {
    private static final int HALVINGS = 4;

    /**
     * Opens a selection.
     *
     * @throws CardinalException if the directory does not contain a complete selection
     * @throws IOException if the file system fails
     */
    static Selection open(String uri, Configuration configuration) throws IOException {
        Path given = UserPaths.of("selection", uri);
        FileSystem fileSystem = given.getFileSystem(configuration);
        Path directory = fileSystem.makeQualified(given);
        Path file = new Path(directory, "run.json");
        JsonNode run;
        try (InputStream in = fileSystem.open(file)) {
            run = JsonMappers.RECORDS.readTree(in);
        } catch (FileNotFoundException e) {
            throw CardinalException.input("selection " + directory
                    + " is not a complete selection: it has no run.json, which 'select' writes last");
        } catch (JsonProcessingException e) {
            throw CardinalException.input(file + " is not the record of a run: " + e.getOriginalMessage());
        }
        if (!fileSystem.exists(new Path(directory, "selection"))) {
            throw CardinalException.input(
                    "selection " + directory + " is not a selection: it has no subdirectory selection");
        }
        boolean differsByClass = run.path("options").hasNonNull("k-file");
        String k = differsByClass ? "" : run.path("options").path("k").asText();
        return new Selection(
                directory, k.matches("\\d{1,9}") ? OptionalInt.of(Integer.parseInt(k)) : OptionalInt.empty());
    }

    /**
     * Checks the ranks of {@code --at}.
     *
     * @throws CardinalException if one is larger than the selection's K
     */
    void require(List<Integer> ranks) {
        ranks.stream()
                .filter(rank -> k.isPresent() && rank > k.getAsInt())
                .findFirst()
                .ifPresent(rank -> {
                    throw CardinalException.usage("--at " + rank + " is larger than the --k " + k.getAsInt()
                            + " of the selection in " + directory);
                });
    }

    /** Returns the rows: {@code class_index}, {@code class_label}, {@code rank}, {@code path} and others. */
    Dataset<Row> rows(SparkSession spark) {
        return spark.read()
                .option("pathGlobFilter", "*.parquet")
                .parquet(UserPaths.escapeGlob(new Path(directory, "selection").toString()));
    }

    /** Returns the default ranks: K, halved up to four times. */
    static List<Integer> defaultRanks(int k) {
        return IntStream.rangeClosed(0, HALVINGS)
                .map(halving -> k >> (HALVINGS - halving))
                .filter(rank -> rank > 0)
                .distinct()
                .boxed()
                .toList();
    }
}
