package dev.cardinal.job.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.cardinal.job.DemoBundle;
import dev.cardinal.job.TestSpark;
import dev.cardinal.job.label.LabelJob;
import dev.cardinal.job.label.LabelProgress;
import dev.cardinal.job.label.LabelRequest;
import dev.cardinal.job.label.LabelResult;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.SparkPlugin;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the session of a command shows over HTTP after it has labeled 95 images and five files that are not images. */
class SparkMetricsTest {
    private static final Path IMAGES = Path.of("src/main/resources/dev/cardinal/job/demo/images");
    private static final List<String> INPUTS = List.of(
            IMAGES.resolve("bag").toString(), IMAGES.resolve("not_images").toString());
    private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final Map<String, String> SETTINGS = Map.of(
            "spark.master", "local[2]",
            "spark.ui.port", "0",
            "spark.driver.host", "127.0.0.1",
            "spark.driver.bindAddress", "127.0.0.1",
            "spark.sql.shuffle.partitions", "1",
            "spark.metrics.conf", "../conf/metrics.properties",
            "spark.metrics.namespace", "cardinal",
            "spark.plugins", UsersPlugin.class.getName());

    @TempDir
    private static Path directory;

    private static SparkSession spark;
    private static LabelRequest request;
    private static LabelResult result;

    /** A plugin that the user has set. It does nothing. */
    public static final class UsersPlugin implements SparkPlugin {
        @Override
        public DriverPlugin driverPlugin() {
            return new DriverPlugin() {};
        }

        @Override
        public @Nullable ExecutorPlugin executorPlugin() {
            return null;
        }
    }

    @BeforeAll
    static void label() throws IOException {
        TestSpark.stop();
        SETTINGS.forEach(System::setProperty);
        spark = SparkSessions.session("test");
        String model = DemoBundle.importTo(directory.resolve("model"));
        Optional<String> output = Optional.of(directory.resolve("predictions").toString());
        request = LabelRequest.of(model, INPUTS, output);
        result = new LabelJob(spark, Clock.systemUTC(), LabelProgress.NONE).run(request);
    }

    @AfterAll
    static void stop() {
        SETTINGS.keySet().forEach(System::clearProperty);
        if (spark != null) {
            spark.stop();
        }
    }

    @Test
    void prometheusReadsTheWholeApplicationFromTheDriver() throws IOException, InterruptedException {
        Map<String, Double> metrics = prometheus();
        for (long start = System.nanoTime();
                metrics.getOrDefault("application_images", 0.0) < 100 && System.nanoTime() - start < TIMEOUT_NANOS; ) {
            metrics = prometheus();
        }

        assertThat(metrics)
                .containsEntry("application_images", 100.0)
                .containsEntry("application_bytes", (double) bytes())
                .containsEntry("application_classified", 95.0)
                .containsEntry(
                        "application_inferSeconds",
                        result.statistics().stageSeconds().get("infer"))
                .containsEntry(
                        "application_fetchSeconds",
                        result.statistics().stageSeconds().get("fetch"));
        assertThat(metrics.get("application_batches")).isBetween(3.0, 95.0);
        assertThat(metrics)
                .containsKeys("application_waitSeconds", "application_decodeSeconds", "application_writeSeconds");
    }

    @Test
    void stagesShowTheCountersUnderTheirNames() throws IOException, InterruptedException {
        String application = spark.sparkContext().applicationId();
        JsonNode stages = new JsonMapper().readTree(get("/api/v1/applications/" + application + "/stages"));
        Map<String, Long> shown = new HashMap<>();
        stages.findValues("accumulatorUpdates")
                .forEach(updates -> updates.forEach(update -> shown.merge(
                        update.path("name").asText(), update.path("value").asLong(), Long::sum)));

        assertThat(shown)
                .containsEntry("cardinal.images", 100L)
                .containsEntry("cardinal.bytes", bytes())
                .containsEntry("cardinal.classified", 95L)
                .containsKeys("cardinal.inferNanos", "cardinal.fetchNanos");
    }

    @Test
    void jobsAndStagesHaveDescriptions() throws IOException, InterruptedException {
        // Only a table with rows is compared in Spark's jobs.
        new LabelJob(spark, Clock.systemUTC(), LabelProgress.NONE).run(request);
        String application = "/api/v1/applications/" + spark.sparkContext().applicationId();
        List<String> jobs =
                new JsonMapper().readTree(get(application + "/jobs")).findValuesAsText("description");
        List<String> stages =
                new JsonMapper().readTree(get(application + "/stages")).findValuesAsText("description");

        assertThat(jobs)
                .contains("label: listing images", "label: comparing with the table", "label: labeling 100 images")
                .allMatch(job -> job.startsWith("label: "));
        assertThat(stages).contains("label: labeling 100 images");
    }

    @Test
    void descriptionsEndWithTheRun() {
        assertThat(spark.sparkContext().getLocalProperty("spark.job.description"))
                .isEqualTo("test");
    }

    @Test
    void prometheusReadsExecutorsFromTheDriver() throws IOException, InterruptedException {
        assertThat(get("/metrics/executors/prometheus/"))
                .containsPattern("metrics_executor_completedTasks_total\\{.*executor_id=\"driver\".*} [1-9]");
    }

    @Test
    void pluginsOfTheUserAreKept() {
        assertThat(spark.sparkContext().conf().get("spark.plugins"))
                .isEqualTo(UsersPlugin.class.getName() + ",dev.cardinal.udf.CardinalPlugin");
    }

    private static long bytes() throws IOException {
        long sum = 0;
        for (String input : INPUTS) {
            try (Stream<Path> files = Files.list(Path.of(input))) {
                for (Path file : files.toList()) {
                    sum += Files.size(file);
                }
            }
        }
        return sum;
    }

    /** Gauges of the plugin, with their names in Prometheus after the common prefix. */
    private static Map<String, Double> prometheus() throws IOException, InterruptedException {
        String common = "metrics_cardinal_driver_plugin_dev_cardinal_udf_CardinalPlugin_";
        String end = "_Value{type=\"gauges\"}";
        Map<String, Double> metrics = new HashMap<>();
        get("/metrics/prometheus/").lines().map(line -> line.split(" ", 2)).forEach(pair -> {
            if (pair[0].startsWith(common) && pair[0].endsWith(end)) {
                metrics.put(
                        pair[0].substring(common.length(), pair[0].length() - end.length()), Double.valueOf(pair[1]));
            }
        });
        return metrics;
    }

    private static String get(String path) throws IOException, InterruptedException {
        URI uri = URI.create(spark.sparkContext().uiWebUrl().get() + path);
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
                .body();
    }
}
