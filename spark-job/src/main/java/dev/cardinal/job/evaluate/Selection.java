package dev.cardinal.job.evaluate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.cardinal.job.UserPath;
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
 * A finished selection, as {@code select} writes it. Only reads. Lives on the driver; immutable.
 *
 * @param directory fully qualified
 * @param k images that were selected for a class, at most; empty where that is all
 */
record Selection(Path directory, OptionalInt k) {
    private static final JsonMapper MAPPER = new JsonMapper();
    private static final int HALVINGS = 4;

    /**
     * Opens it.
     *
     * @throws CardinalException if the directory holds no whole selection
     * @throws IOException if the file system fails
     */
    static Selection open(String uri, Configuration configuration) throws IOException {
        Path given = UserPath.of("selection", uri);
        FileSystem fileSystem = given.getFileSystem(configuration);
        Path directory = fileSystem.makeQualified(given);
        Path file = new Path(directory, "run.json");
        JsonNode run;
        try (InputStream in = fileSystem.open(file)) {
            run = MAPPER.readTree(in);
        } catch (FileNotFoundException e) {
            throw CardinalException.input("selection " + directory
                    + " is no whole selection: it has no run.json, which 'select' writes at its end");
        } catch (JsonProcessingException e) {
            throw CardinalException.input(file + " is no record of a run: " + e.getOriginalMessage());
        }
        if (!fileSystem.exists(new Path(directory, "selection"))) {
            throw CardinalException.input("selection " + directory + " is no selection: it has no directory selection");
        }
        String k = run.path("options").path("k").asText();
        return new Selection(
                directory, k.matches("\\d{1,9}") ? OptionalInt.of(Integer.parseInt(k)) : OptionalInt.empty());
    }

    /**
     * Checks ranks that a user asks for.
     *
     * @throws CardinalException if the selection does not reach that far
     */
    void require(List<Integer> ranks) {
        ranks.stream()
                .filter(rank -> k.isPresent() && rank > k.getAsInt())
                .findFirst()
                .ifPresent(rank -> {
                    throw CardinalException.usage("--at " + rank + " is beyond the selection in " + directory
                            + ", made with --k " + k.getAsInt());
                });
    }

    /** Its rows: {@code class_index}, {@code class_label}, {@code rank}, {@code path} and others. */
    Dataset<Row> rows(SparkSession spark) {
        return spark.read()
                .option("pathGlobFilter", "*.parquet")
                .parquet(UserPath.literal(new Path(directory, "selection").toString()));
    }

    /** Ranks to measure at where none were named: K and its halves, four times. */
    static List<Integer> usualRanks(int k) {
        return IntStream.rangeClosed(0, HALVINGS)
                .map(halving -> k >> (HALVINGS - halving))
                .filter(rank -> rank > 0)
                .distinct()
                .boxed()
                .toList();
    }
}
