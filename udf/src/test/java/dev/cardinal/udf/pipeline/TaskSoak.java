package dev.cardinal.udf.pipeline;

import dev.cardinal.udf.DemoModel;
import dev.cardinal.udf.LocalSpark;
import dev.cardinal.udf.Pictures;
import dev.cardinal.udf.fetch.ImageRef;
import dev.cardinal.udf.metrics.Counter;
import dev.cardinal.udf.metrics.LabelMetrics;
import dev.cardinal.udf.model.ModelCache;
import dev.cardinal.udf.model.ModelSpec;
import dev.cardinal.udf.options.LabelOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Separate process that runs many small labeling tasks, and prints how its resident memory, threads and open files grew. Arguments:
 * working directory, number of tasks.
 */
final class TaskSoak {
    /** Number of tasks after which memory must not grow any more. */
    private static final int WARM_UP_TASKS = 150;

    private static final int TASKS_PER_JOB = 50;
    private static final int IMAGES_PER_TASK = 4;

    private TaskSoak() {}

    private record Usage(long residentBytes, long threads, long files) {
        static Usage now() throws IOException {
            try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
                return new Usage(
                        SoakProcess.residentBytes(), Thread.getAllStackTraces().size(), files.count());
            }
        }
    }

    public static void main(String[] arguments) throws IOException {
        Path directory = Path.of(arguments[0]);
        int tasks = Integer.parseInt(arguments[1]);
        Path model = directory.resolve("model");
        JavaSparkContext spark = LocalSpark.context();
        ModelSpec spec = DemoModel.broadcast(DemoModel.importTo(DemoModel.card(), model), model);
        List<ImageRef> images = images(directory);
        Broadcast<SerializableConfiguration> configuration =
                spark.broadcast(new SerializableConfiguration(new Configuration()));
        LabelMetrics metrics = LabelMetrics.register(spark.sc());
        LabelPartition partition = new LabelPartition(List.of(spec), LabelOptions.defaults(), metrics, configuration);
        long rows = 0;
        Usage warm = Usage.now();
        for (int done = 0; done < tasks; done += TASKS_PER_JOB) {
            if (done == WARM_UP_TASKS) {
                warm = Usage.now();
            }
            rows += spark.parallelize(images, TASKS_PER_JOB)
                    .mapPartitions(partition)
                    .filter((Row row) -> row.getString(8).equals("ok"))
                    .count();
        }
        Usage last = Usage.now();
        System.out.printf(
                Locale.ROOT,
                "ok_rows=%d%nclassified=%d%nmodel_loads=%d%nresident_mib_at_%d=%d%nresident_mib_at_end=%d%n"
                        + "growth_percent=%.1f%ntask_threads=%d%nmore_threads=%d%nmore_files=%d%npools=%d%n",
                rows,
                metrics.value(Counter.CLASSIFIED),
                ModelCache.loads(),
                WARM_UP_TASKS,
                warm.residentBytes() >> 20,
                last.residentBytes() >> 20,
                100.0 * (last.residentBytes() - warm.residentBytes()) / warm.residentBytes(),
                Threads.named("cardinal-fetch-").size()
                        + Threads.named("cardinal-infer-").size(),
                last.threads() - warm.threads(),
                last.files() - warm.files(),
                PreparerPool.leased());
    }

    private static List<ImageRef> images(Path directory) throws IOException {
        List<ImageRef> images = new ArrayList<>();
        for (int i = 0; i < TASKS_PER_JOB * IMAGES_PER_TASK; i++) {
            Path file = directory.resolve(i + ".png");
            byte[] png = Pictures.png(28, 28, i);
            Files.write(file, png);
            images.add(ImageRef.file(file.toUri().toString(), png.length, 0, null));
        }
        return images;
    }
}
