package dev.cardinal.job.source;

import dev.cardinal.udf.ImageRef;
import dev.cardinal.udf.RecordFields;
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
import org.apache.spark.util.TaskCompletionListener;
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
        TaskContext.get().addTaskCompletionListener((TaskCompletionListener) task -> close(images));
        return new Rows(images, file.truth());
    }

    private static void close(ImageIterator images) {
        try {
            images.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The images' rows, and in the end one that counts the members passed over. */
    private final class Rows implements Iterator<Row> {
        private final ImageIterator images;
        private final @Nullable String truth;
        private boolean ended;

        /**
         * @param truth of images that have none of their own, or null
         */
        Rows(ImageIterator images, @Nullable String truth) {
            this.images = images;
            this.truth = truth;
        }

        @Override
        public boolean hasNext() {
            return !ended;
        }

        @Override
        public Row next() {
            if (ended) {
                throw new NoSuchElementException();
            }
            if (images.hasNext()) {
                ImageRef image = images.next();
                return FoundRows.image(truthFrom.apply(image.truth() == null ? image.withTruth(truth) : image));
            }
            ended = true;
            close(images);
            return FoundRows.other(images.hidden(), null);
        }
    }
}
