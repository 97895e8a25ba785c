package dev.cardinal.job.label;

import dev.cardinal.udf.image.Status;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.functions;

/**
 * Rows by status, with the first few that are not ok.
 *
 * @param counts rows by status, of those that occur
 * @param examples path and error of the first rows in order of path, by status, of those that are not ok
 */
record StatusSummary(Map<String, Long> counts, Map<String, List<String>> examples) {
    private static final int EXAMPLES = 3;

    static StatusSummary empty() {
        return new StatusSummary(Map.of(), Map.of());
    }

    /** Summarises rows in Spark. */
    static StatusSummary of(Dataset<Row> rows) {
        Map<String, Long> counts = new TreeMap<>();
        rows.groupBy("status").count().collectAsList().forEach(row -> counts.put(row.getString(0), row.getLong(1)));
        List<Row> first = rows.filter(functions.col("status").notEqual(Status.OK.id()))
                .select("path", "status", "error")
                .withColumn(
                        "rank",
                        functions.row_number().over(Window.partitionBy("status").orderBy("path")))
                .filter(functions.col("rank").leq(EXAMPLES))
                .orderBy("status", "path")
                .collectAsList();
        return new StatusSummary(counts, examples(first));
    }

    /** Summarises rows at hand. */
    static StatusSummary of(List<Row> rows) {
        Map<String, Long> counts = new TreeMap<>();
        List<Row> bad = new ArrayList<>();
        for (Row row : rows) {
            String status = row.getAs("status");
            counts.merge(status, 1L, Long::sum);
            if (!status.equals(Status.OK.id())) {
                bad.add(row);
            }
        }
        return new StatusSummary(counts, examples(bad));
    }

    private static Map<String, List<String>> examples(List<Row> rows) {
        Map<String, List<String>> examples = new LinkedHashMap<>();
        for (Row row : rows) {
            List<String> ofStatus = examples.computeIfAbsent(row.getAs("status"), status -> new ArrayList<>());
            if (ofStatus.size() < EXAMPLES) {
                ofStatus.add(row.<String>getAs("path") + ": " + row.<String>getAs("error"));
            }
        }
        return examples;
    }

    long total() {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    long notOk() {
        return total() - counts.getOrDefault(Status.OK.id(), 0L);
    }
}
