package dev.cardinal.job.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cardinal.udf.image.ImageOptions.ExifOrientation;
import dev.cardinal.udf.task.PackedValues;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;
import org.jspecify.annotations.Nullable;

/**
 * Makes thumbnails of a page's images on executors, which can read the images and have decoders. Lives on the driver; not thread-safe.
 */
final class Thumbnails {
    /** Maximum number of images of one page. */
    static final int MOST = 60;

    /** Maximum duration of a task: a page without some pictures is better than a long wait. */
    static final Duration TIME = Duration.ofSeconds(15);

    private static final int TASKS = 8;

    private final JavaSparkContext spark;
    private final Duration time;

    Thumbnails(JavaSparkContext spark, Duration time) {
        this.spark = spark;
        this.time = time;
    }

    /**
     * Options for reading images. Serialized with tasks.
     *
     * @param imageField column or field with the image; null for the container's default
     * @param exifOrientation whether to apply the EXIF orientation
     * @param memberExtensions extensions of the members of archives that are images; empty for the usual rule
     */
    record How(@Nullable String imageField, ExifOrientation exifOrientation, List<String> memberExtensions)
            implements Serializable {
        static How usual() {
            return new How(null, ExifOrientation.IGNORE, List.of());
        }

        /** Returns the options of a run of {@code label}, from its record. */
        static How of(JsonNode run) {
            JsonNode options = run.path("options");
            return new How(
                    Json.text(options, "image-field"),
                    "apply".equals(Json.text(options, "exif-orientation"))
                            ? ExifOrientation.APPLY
                            : ExifOrientation.IGNORE,
                    extensions(Json.text(options, "member-extensions")));
        }

        private static List<String> extensions(@Nullable String recorded) {
            return recorded == null || recorded.isEmpty() ? List.of() : List.of(recorded.split(",", -1));
        }
    }

    /**
     * Returns thumbnails of images, by the paths of their rows.
     *
     * @throws IllegalArgumentException if there are more than {@link #MOST}
     */
    Map<String, Thumbnail> read(Collection<String> paths, How how) {
        List<List<String>> tasks = tasks(paths);
        if (tasks.isEmpty()) {
            return Map.of();
        }
        Duration timePerTask = time;
        Broadcast<SerializableConfiguration> configuration =
                spark.broadcast(new SerializableConfiguration(spark.hadoopConfiguration()));
        try {
            Map<String, Thumbnail> thumbnails = new HashMap<>();
            PackedValues.collect(PackedValues.parallelize(spark, tasks, tasks.size())
                            .map(task -> ThumbnailReader.read(
                                    task,
                                    how,
                                    timePerTask,
                                    configuration.value().value())))
                    .forEach(thumbnails::putAll);
            return thumbnails;
        } finally {
            configuration.destroy();
        }
    }

    /** Distributes paths over tasks; images of one archive go to the same task. */
    private static List<List<String>> tasks(Collection<String> paths) {
        if (paths.size() > MOST) {
            throw new IllegalArgumentException("a page has at most " + MOST + " images, not " + paths.size());
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
