package dev.cardinal.job.report;

import dev.cardinal.udf.RecordFields;
import dev.cardinal.udf.image.ImageOptions;
import dev.cardinal.udf.image.ImageOptions.ExifOrientation;
import dev.cardinal.udf.image.ImagePreparer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Tuple2;

/**
 * Makes thumbnails of images in a task. Every path has one in the end: an image that cannot be shown, or was not found in time, has
 * one that says so. Serialized with tasks.
 */
final class ReadThumbnails implements FlatMapFunction<List<String>, Tuple2<String, Thumbnail>> {
    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(ReadThumbnails.class);

    private static final long MOST_PIXELS = 64_000_000;
    /** A pixel takes three bytes, and an image may take an eighth of the heap. */
    private static final long HEAP_FOR_PIXEL = 3 * 8;

    private final RecordFields fields;
    private final ExifOrientation exifOrientation;
    private final Duration time;
    private final Broadcast<SerializableConfiguration> configuration;

    ReadThumbnails(
            RecordFields fields,
            ExifOrientation exifOrientation,
            Duration time,
            Broadcast<SerializableConfiguration> configuration) {
        this.fields = fields;
        this.exifOrientation = exifOrientation;
        this.time = time;
        this.configuration = configuration;
    }

    @Override
    public Iterator<Tuple2<String, Thumbnail>> call(List<String> paths) {
        Map<String, Thumbnail> made = Map.of();
        String why = "not found in time";
        long mostPixels = Math.min(MOST_PIXELS, Runtime.getRuntime().maxMemory() / HEAP_FOR_PIXEL);
        try (ImagePreparer preparer =
                ImagePreparer.thumbnails(Thumbnail.EDGE, new ImageOptions(mostPixels, exifOrientation))) {
            made = new ThumbnailReader(configuration.value().value(), fields, new ThumbnailEncoder(preparer), time)
                    .read(paths);
        } catch (RuntimeException | LinkageError e) {
            LOG.warn("no decoder for the report's pictures: {}", e.toString());
            why = "no decoder";
        }
        List<Tuple2<String, Thumbnail>> all = new ArrayList<>();
        for (String path : paths) {
            all.add(new Tuple2<>(path, made.getOrDefault(path, Thumbnail.missing(why))));
        }
        return all.iterator();
    }
}
