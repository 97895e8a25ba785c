package dev.cardinal.job.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cardinal.udf.RecordFields;
import dev.cardinal.udf.image.ImageOptions.ExifOrientation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;
import org.jspecify.annotations.Nullable;
import scala.Tuple2;

/**
 * Makes thumbnails of a page's images on executors, where images can be read and decoders are loaded. Lives on the driver; not
 * thread-safe.
 */
final class Thumbnails {
    /** Images of one page, at most. */
    static final int MOST = 60;

    /** How long a task may take: a page without some pictures is better than none for long. */
    static final Duration TIME = Duration.ofSeconds(15);

    private static final int TASKS = 8;

    private final JavaSparkContext spark;
    private final Duration time;

    Thumbnails(JavaSparkContext spark, Duration time) {
        this.spark = spark;
        this.time = time;
    }

    /**
     * How images are read.
     *
     * @param imageField column or field that holds them; null for the container's usual one
     * @param exifOrientation whether a camera's rotation mark is applied
     */
    record How(@Nullable String imageField, ExifOrientation exifOrientation) {
        static How usual() {
            return new How(null, ExifOrientation.IGNORE);
        }

        /** As a run of {@code label} did, by its record. */
        static How of(JsonNode run) {
            JsonNode options = run.path("options");
            return new How(
                    Json.text(options, "image-field"),
                    "apply".equals(Json.text(options, "exif-orientation"))
                            ? ExifOrientation.APPLY
                            : ExifOrientation.IGNORE);
        }
    }

    /**
     * The thumbnails of images by the paths of their rows.
     *
     * @throws IllegalArgumentException if there are more than {@link #MOST}
     */
    Map<String, Thumbnail> read(Collection<String> paths, How how) {
        List<List<String>> tasks = tasks(paths);
        if (tasks.isEmpty()) {
            return Map.of();
        }
        Broadcast<SerializableConfiguration> configuration =
                spark.broadcast(new SerializableConfiguration(spark.hadoopConfiguration()));
        try {
            ReadThumbnails reading = new ReadThumbnails(
                    new RecordFields(how.imageField(), null, null, List.of()),
                    how.exifOrientation(),
                    time,
                    configuration);
            Map<String, Thumbnail> thumbnails = new LinkedHashMap<>();
            for (Tuple2<String, Thumbnail> made :
                    spark.parallelize(tasks, tasks.size()).flatMap(reading).collect()) {
                thumbnails.put(made._1(), made._2());
            }
            return thumbnails;
        } finally {
            configuration.destroy();
        }
    }

    /** Images of one archive are one task's. */
    private static List<List<String>> tasks(Collection<String> paths) {
        if (paths.size() > MOST) {
            throw new IllegalArgumentException("a page has " + MOST + " images at most, not " + paths.size());
        }
        Map<String, List<String>> archives = new TreeMap<>();
        for (String path : paths) {
            int end = path.indexOf("!/");
            archives.computeIfAbsent(end < 0 ? path : path.substring(0, end), archive -> new ArrayList<>())
                    .add(path);
        }
        List<List<String>> tasks = new ArrayList<>();
        for (List<String> together : archives.values()) {
            if (tasks.size() < TASKS) {
                tasks.add(new ArrayList<>(together));
            } else {
                tasks.stream()
                        .min((a, b) -> Integer.compare(a.size(), b.size()))
                        .orElseThrow()
                        .addAll(together);
            }
        }
        return tasks;
    }
}
