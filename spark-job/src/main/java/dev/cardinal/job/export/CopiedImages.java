package dev.cardinal.job.export;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.not;

import dev.cardinal.job.export.PlaceFetcher.MissingImageException;
import dev.cardinal.job.export.TrainingSample.ImagePlace;
import dev.cardinal.udf.fetch.ImageContainer;
import dev.cardinal.udf.fetch.RecordFields;
import dev.cardinal.udf.task.TaskResources;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;
import org.jspecify.annotations.Nullable;

/**
 * Copies images from files that must be read in order (compressed archives and Parquet) to uncompressed files in the output, from which
 * shards then read them in any order. Each such file is read once, from its beginning to its end.
 */
final class CopiedImages {
    private static final Object[] IN_ORDER = Arrays.stream(ImageContainer.values())
            .filter(container -> !ArchivePlaces.isRandomAccess(container))
            .map(Enum::name)
            .toArray();

    private CopiedImages() {}

    /** Returns the places of images after those that need it are copied when the result is computed. */
    static Dataset<Row> of(
            Dataset<Row> places,
            ExportLayout layout,
            RecordFields fields,
            Broadcast<SerializableConfiguration> configuration,
            SparkSession spark) {
        int tasks = Math.max(
                1, 4 * JavaSparkContext.fromSparkContext(spark.sparkContext()).defaultParallelism());
        Dataset<Row> copied = spark.createDataFrame(
                places.filter(col("container").isin(IN_ORDER))
                        .repartition(tasks, col("file"))
                        .sortWithinPartitions("file", "position")
                        .javaRDD()
                        .mapPartitions(rows -> new Copies(
                                rows, layout, fields, configuration.value().value())),
                ArchivePlaces.SCHEMA);
        return places.filter(not(col("container").isin(IN_ORDER))).unionByName(copied);
    }

    /** Copies images one by one, and returns their new places. */
    private static final class Copies implements Iterator<Row>, AutoCloseable {
        private static final int BUFFER = 1 << 18;

        private final Iterator<Row> rows;
        private final ExportLayout.OpenOutput output;
        private final PlaceFetcher fetcher;
        private final Path file;
        private @Nullable OutputStream out;
        private long position;

        Copies(Iterator<Row> rows, ExportLayout layout, RecordFields fields, Configuration configuration)
                throws IOException {
            this.rows = rows;
            this.output = layout.open(configuration);
            this.fetcher = new PlaceFetcher(configuration, fields);
            this.file = new Path(layout.copies(), UUID.randomUUID() + ".images");
            TaskResources.closeWithTask(TaskContext.get(), this);
        }

        @Override
        public boolean hasNext() {
            boolean more = rows.hasNext();
            if (!more) {
                try {
                    closeFile(); // the file must be complete before the task reports success
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            }
            return more;
        }

        @Override
        public Row next() {
            if (!rows.hasNext()) {
                throw new NoSuchElementException();
            }
            try {
                return copy(rows.next());
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }

        private Row copy(Row row) throws IOException {
            ImagePlace place = new ImagePlace(
                    row.getString(0),
                    row.getString(1),
                    row.getString(2),
                    row.getLong(3),
                    row.getLong(4),
                    null,
                    row.getString(5));
            byte[] encoded;
            try {
                encoded = fetcher.fetch(place);
            } catch (MissingImageException e) {
                return RowFactory.create(place.path(), place.file(), ImagePlace.COPIED, 0L, 0L, e.getMessage());
            }
            OutputStream open = out;
            if (open == null) {
                open = new BufferedOutputStream(output.fileSystem().create(file, true), BUFFER);
                out = open;
            }
            open.write(encoded);
            long from = position;
            position += encoded.length;
            return RowFactory.create(
                    place.path(), file.toString(), ImagePlace.COPIED, from, (long) encoded.length, null);
        }

        private void closeFile() throws IOException {
            OutputStream open = out;
            out = null;
            if (open != null) {
                open.close();
            }
        }

        @Override
        public void close() throws IOException {
            try (output;
                    fetcher) {
                closeFile();
            }
        }
    }
}
