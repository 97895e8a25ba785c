package dev.cardinal.job.source;

import dev.cardinal.udf.ImageRef;
import dev.cardinal.udf.RecordFields;
import dev.cardinal.udf.TaskResources;
import dev.cardinal.udf.shard.ImageIterator;
import dev.cardinal.udf.shard.ShardFile;
import dev.cardinal.udf.shard.ShardFormat;
import dev.cardinal.udf.shard.ShardIndex;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.util.SerializableConfiguration;
import org.jspecify.annotations.Nullable;

/** Turns shards into the images that lie in them, read as they are asked for. Serialized with tasks. */
final class IndexShard implements FlatMapFunction<FileEntry, Row> {
    private static final long serialVersionUID = 1L;

    private final InputFormat format;
    private final TruthFrom truthFrom;
    private final RecordFields fields;
    private final Broadcast<SerializableConfiguration> configuration;

    IndexShard(
            InputFormat format,
            TruthFrom truthFrom,
            RecordFields fields,
            Broadcast<SerializableConfiguration> configuration) {
        this.format = format;
        this.truthFrom = truthFrom;
        this.fields = fields;
        this.configuration = configuration;
    }

    @Override
    public Iterator<Row> call(FileEntry file) throws IOException {
        ShardFormat shardFormat = format.shardFormat(file.name()).orElseThrow();
        ImageIterator images = ShardIndex.of(shardFormat, configuration.value().value(), fields)
                .images(new ShardFile(file.path(), file.length(), file.modifiedMillis()));
        Rows rows = new Rows(images, file.truth());
        TaskResources.closeWithTask(TaskContext.get(), rows);
        return rows;
    }

    /** The images' rows, and in the end one that counts the members passed over. Holds the shard no longer than that. */
    private final class Rows implements Iterator<Row>, AutoCloseable {
        private final @Nullable String truth;
        private @Nullable ImageIterator images;

        /**
         * @param truth of images that have none of their own, or null
         */
        Rows(ImageIterator images, @Nullable String truth) {
            this.images = images;
            this.truth = truth;
        }

        @Override
        public boolean hasNext() {
            return images != null;
        }

        @Override
        public Row next() {
            ImageIterator open = images;
            if (open == null) {
                throw new NoSuchElementException();
            }
            if (open.hasNext()) {
                ImageRef image = open.next();
                return FoundRows.image(truthFrom.apply(image.truth() == null ? image.withTruth(truth) : image));
            }
            close();
            return FoundRows.other(open.hidden(), null);
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
