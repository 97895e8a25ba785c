package dev.cardinal.udf.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.udf.DemoModel;
import dev.cardinal.udf.LocalSpark;
import dev.cardinal.udf.Pictures;
import dev.cardinal.udf.fetch.ImageRef;
import dev.cardinal.udf.metrics.LabelMetrics;
import dev.cardinal.udf.model.ModelSpec;
import dev.cardinal.udf.options.LabelOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that Spark tasks which are killed release everything. */
@Timeout(120)
class KilledTaskTest {
    private static final int TASKS = 3;

    @TempDir
    private Path directory;

    private final JavaSparkContext spark = LocalSpark.context();

    @ParameterizedTest(name = "interruptOnCancel = {0}")
    @ValueSource(booleans = {false, true})
    void canceledJobWhoseTasksWaitReleasesEverything(boolean interruptOnCancel) throws Exception {
        List<ImageRef> images = images(16, "stuck");
        int poolsBefore = PreparerPool.leased();
        BlockingFileSystem.STUCK.drainPermits();
        CompletableFuture<List<String>> job = CompletableFuture.supplyAsync(() -> {
            spark.setJobGroup("killed", "a test", interruptOnCancel);
            try {
                return label(images);
            } finally {
                spark.clearJobGroup();
            }
        });
        BlockingFileSystem.STUCK.acquire(TASKS);
        assertThat(Threads.named("cardinal-infer-")).isNotEmpty();

        spark.sc().cancelAllJobs();

        assertThatThrownBy(job::join).hasStackTraceContaining("cancelled");
        awaitNoThreads("cardinal-fetch-");
        awaitNoThreads("cardinal-infer-");
        awaitEnd(poolsBefore);
        assertThat(BlockingFileSystem.WAITING).hasValue(0);
    }

    @Test
    void successfulJobReleasesEverything() throws Exception {
        int poolsBefore = PreparerPool.leased();

        List<String> paths = label(images(16, "fine"));

        assertThat(paths).hasSize(16 * TASKS);
        awaitNoThreads("cardinal-fetch-");
        awaitNoThreads("cardinal-infer-");
        awaitEnd(poolsBefore);
    }

    @Test
    void threadsOfATaskLogItsPartitionAndAttempt() throws Exception {
        BlockingFileSystem.TASKS.clear();

        label(images(4, "fine"));

        assertThat(BlockingFileSystem.TASKS)
                .hasSize(TASKS)
                .allMatch(task -> task.matches("task \\d+\\.\\d+ in stage \\d+\\.\\d+ \\(TID \\d+\\)"));
    }

    private List<String> label(List<ImageRef> images) {
        try {
            Path model = directory.resolve("model");
            ModelSpec spec = DemoModel.broadcast(DemoModel.importTo(DemoModel.card(), model), model);
            Broadcast<SerializableConfiguration> configuration =
                    spark.broadcast(new SerializableConfiguration(BlockingFileSystem.configuration()));
            LabelPartition partition = new LabelPartition(
                    List.of(spec), LabelOptions.defaults(), LabelMetrics.register(spark.sc()), configuration);
            return spark.parallelize(images, TASKS)
                    .mapPartitions(partition)
                    .map(row -> row.getString(0))
                    .collect();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns this many images for each task; the names of the second half begin with {@code lastName}. */
    private List<ImageRef> images(int each, String lastName) throws Exception {
        List<ImageRef> images = new ArrayList<>();
        for (int task = 0; task < TASKS; task++) {
            for (int i = 0; i < each; i++) {
                String name = (i < each / 2 ? "good" : lastName) + task + "-" + i + ".png";
                byte[] png = Pictures.png(28, 28, i);
                Files.write(directory.resolve(name), png);
                images.add(ImageRef.file("blocking:" + directory.resolve(name), png.length, 0, null));
            }
        }
        return images;
    }

    /** Waits until the threads have ended; tasks end shortly after their job. */
    private static void awaitNoThreads(String prefix) throws InterruptedException {
        for (Thread thread : Threads.named(prefix)) {
            thread.join();
        }
    }

    private static void awaitEnd(int pools) {
        while (PreparerPool.leased() != pools) {
            assertThat(Thread.interrupted()).as("timed out").isFalse();
            Thread.onSpinWait();
        }
    }
}
