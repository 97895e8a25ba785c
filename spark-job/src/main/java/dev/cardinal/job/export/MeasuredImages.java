package dev.cardinal.job.export;

import dev.cardinal.job.export.ExportOptions.Reencoding;
import dev.cardinal.job.export.PlaceFetcher.MissingImageException;
import dev.cardinal.udf.fetch.RecordFields;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;
import org.jspecify.annotations.Nullable;

/** Finds out how large images are as they will be written. Images that cannot be read have no size. Serialized with tasks. */
final class MeasuredImages implements FlatMapFunction<Iterator<TrainingSample.ImagePlace>, Long> {
    private static final long serialVersionUID = 1L;

    private final @Nullable Reencoding reencoding;
    private final RecordFields fields;
    private final Broadcast<SerializableConfiguration> configuration;

    MeasuredImages(
            @Nullable Reencoding reencoding, RecordFields fields, Broadcast<SerializableConfiguration> configuration) {
        this.reencoding = reencoding;
        this.fields = fields;
        this.configuration = configuration;
    }

    @Override
    public Iterator<Long> call(Iterator<TrainingSample.ImagePlace> places) throws IOException {
        List<Long> sizes = new ArrayList<>();
        try (PlaceFetcher fetcher = new PlaceFetcher(configuration.value().value(), fields);
                Encoding encoding = Encoding.of(reencoding)) {
            while (places.hasNext()) {
                sizes.addAll(size(places.next(), fetcher, encoding));
            }
        }
        return sizes.iterator();
    }

    /** Returns the size of an image, or nothing if it is missing, which is counted when its shard is written. */
    private static List<Long> size(TrainingSample.ImagePlace place, PlaceFetcher fetcher, Encoding encoding)
            throws IOException {
        try {
            return List.of((long) encoding.encode(fetcher.fetch(place)).length);
        } catch (MissingImageException e) {
            return List.of();
        }
    }
}
