package dev.cardinal.job.label;

import dev.cardinal.udf.image.Status;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.filter2.compat.FilterCompat;
import org.apache.parquet.filter2.predicate.FilterApi;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.api.ReadSupport;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;

/**
 * Summarizes one file of rows. It does so without a Spark job, because a job that begins while the tasks of the next commit wait
 * would wait for all of them. Stateless.
 */
final class FileSummary {
    private static final String STATUS = "status";

    private FileSummary() {}

    /** Returns the number of rows by status, from that column alone. */
    static Map<String, Long> counts(Path file, Configuration configuration) throws IOException {
        Map<String, Long> counts = new TreeMap<>();
        try (ParquetReader<Group> reader = reader(file, configuration, List.of(STATUS), FilterCompat.NOOP)) {
            for (Group row = reader.read(); row != null; row = reader.read()) {
                counts.merge(text(row, STATUS), 1L, Long::sum);
            }
        }
        return counts;
    }

    /** Returns the number of rows by status, and examples of rows that are not ok. */
    static StatusSummary of(Path file, Configuration configuration) throws IOException {
        Map<String, Long> counts = counts(file, configuration);
        StatusSummary summary = new StatusSummary(counts, Map.of());
        if (summary.notOk() == 0) {
            return summary;
        }
        FilterCompat.Filter bad =
                FilterCompat.get(FilterApi.notEq(FilterApi.binaryColumn(STATUS), Binary.fromString(Status.OK.id())));
        StatusSummary.Examples examples = new StatusSummary.Examples();
        try (ParquetReader<Group> reader = reader(file, configuration, List.of("path", STATUS, "error"), bad)) {
            for (Group row = reader.read(); row != null; row = reader.read()) {
                examples.add(text(row, STATUS), text(row, "path"), text(row, "error"));
            }
        }
        return new StatusSummary(counts, examples.byStatus());
    }

    private static ParquetReader<Group> reader(
            Path file, Configuration configuration, List<String> columns, FilterCompat.Filter filter)
            throws IOException {
        Configuration projected = new Configuration(configuration);
        projected.set(
                ReadSupport.PARQUET_READ_SCHEMA,
                projection(file, configuration, columns).toString());
        return ParquetReader.builder(new GroupReadSupport(), file)
                .withConf(projected)
                .withFilter(filter)
                .build();
    }

    private static MessageType projection(Path file, Configuration configuration, List<String> columns)
            throws IOException {
        try (ParquetFileReader footer = ParquetFileReader.open(HadoopInputFile.fromPath(file, configuration))) {
            MessageType all = footer.getFileMetaData().getSchema();
            List<Type> fields = new ArrayList<>();
            for (String column : columns) {
                if (all.containsField(column)) {
                    fields.add(all.getType(column));
                }
            }
            return new MessageType(all.getName(), fields);
        }
    }

    private static String text(Group row, String column) {
        return row.getType().containsField(column) && row.getFieldRepetitionCount(column) > 0
                ? row.getString(column, 0)
                : String.valueOf((Object) null);
    }
}
