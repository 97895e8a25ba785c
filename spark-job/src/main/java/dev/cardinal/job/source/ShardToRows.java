package dev.cardinal.job.source;

import dev.cardinal.udf.fetch.ImageRef;
import dev.cardinal.udf.fetch.RecordFields;
import dev.cardinal.udf.shard.ImageIterator;
import dev.cardinal.udf.shard.ShardFile;
import dev.cardinal.udf.shard.ShardFormat;
import dev.cardinal.udf.shard.ShardIndex;
import dev.cardinal.udf.task.TaskResources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Queue;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.util.SerializableConfiguration;
import org.jspecify.annotations.Nullable;

/** Converts shards to rows of the images in them, read lazily. Serialized with tasks. */
final class ShardToRows implements FlatMapFunction<FileEntry, Row> {
    private static final long serialVersionUID = 1L;

    private final InputFormat format;
    private final List<String> memberExtensions;
    private final TruthSource truth;
    private final RecordFields fields;
    private final Broadcast<SerializableConfiguration> configuration;

    ShardToRows(
            SourceSpec spec,
            TruthSource truth,
            RecordFields fields,
            Broadcast<SerializableConfiguration> configuration) {
        this.format = spec.format();
        this.memberExtensions = spec.memberExtensions();
        this.truth = truth;
        this.fields = fields;
        this.configuration = configuration;
    }

    @Override
    public Iterator<Row> call(FileEntry file) throws IOException {
        Configuration hadoop = configuration.value().value();
        ShardFile shard = new ShardFile(file.path(), file.length(), file.modifiedMillis());
        Optional<ShardFormat> shardFormat = format.shardFormat(file.name());
        if (shardFormat.isEmpty()) {
            shardFormat = ShardFormat.byContent(shard, hadoop);
        }
        if (shardFormat.isEmpty()) {
            return List.of(FileToRow.row(file, truth)).iterator();
        }
        ImageIterator images = ShardIndex.of(shardFormat.get(), hadoop, fields, memberExtensions)
                .images(shard);
        Rows rows = new Rows(images, file.truth());
        TaskResources.closeWithTask(TaskContext.get(), rows);
        return rows;
    }

    /** Iterates over the rows of images, then over rows that count skipped members. Closes the shard at its end. */
    private final class Rows implements Iterator<Row>, AutoCloseable {
        private final @Nullable String ofFile;
        private final Queue<Row> counts = new ArrayDeque<>();
        private @Nullable ImageIterator images;

        /**
         * @param ofFile text of the class for images without a truth of their own, or null
         */
        Rows(ImageIterator images, @Nullable String ofFile) {
            this.images = images;
            this.ofFile = ofFile;
        }

        @Override
        public boolean hasNext() {
            ImageIterator open = images;
            if (open != null && !open.hasNext()) {
                open.skipped().forEach((reason, count) -> counts.add(ListingSchema.skipped(reason, count)));
                close();
            }
            return images != null || !counts.isEmpty();
        }

        @Override
        public Row next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            ImageIterator open = images;
            if (open == null) {
                return counts.remove();
            }
            ImageRef image = open.next();
            return ListingSchema.image(truth.apply(image.truth() == null ? image.withTruth(ofFile) : image));
        }

        @Override
        public void close() {
            try {
                if (images != null) {
                    images.close();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } finally {
                images = null;
            }
        }
    }
}
