package dev.cardinal.udf.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.udf.CardinalPlugin;
import dev.cardinal.udf.DemoModel;
import dev.cardinal.udf.LocalSpark;
import dev.cardinal.udf.Pictures;
import dev.cardinal.udf.fetch.ImageRef;
import dev.cardinal.udf.metrics.LabelMetrics;
import dev.cardinal.udf.options.LabelOptions;
import dev.cardinal.udf.pipeline.LabelPartition;
import dev.cardinal.zoo.serving.Device;
import dev.cardinal.zoo.serving.Precision;
import dev.cardinal.zoo.serving.SessionSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.apache.spark.util.SerializableConfiguration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the cache with models of different fingerprints; some tests share a model. */
class ModelCacheTest {
    private static final int EDGE = 28;

    @TempDir
    private static Path directory;

    private static ModelSpec first;
    private static ModelSpec second;
    private static ModelSpec third;
    private static ModelSpec fourth;

    @BeforeAll
    static void importModels() throws IOException {
        first = spec(0.281);
        second = spec(0.282);
        third = spec(0.283);
        fourth = spec(0.284);
    }

    private static ModelSpec spec(double mean) throws IOException {
        Path bundle = directory.resolve("model" + mean);
        return DemoModel.broadcast(DemoModel.importTo(DemoModel.cardWithMean(mean), bundle), bundle);
    }

    @Test
    void modelIsLoadedOnceForAllTasksOfAProcess() throws IOException {
        List<ImageRef> images = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            Path file = Files.write(directory.resolve("image" + i + ".png"), Pictures.png(EDGE, EDGE, i));
            images.add(ImageRef.file(file.toUri().getPath(), Files.size(file), 0, null));
        }
        LabelMetrics metrics = LabelMetrics.register(LocalSpark.session().sparkContext());
        LabelPartition function = new LabelPartition(
                List.of(first),
                LabelOptions.defaults(),
                metrics,
                LocalSpark.context().broadcast(new SerializableConfiguration(new Configuration())));
        long before = ModelCache.loads();

        List<Row> rows = LocalSpark.context()
                .parallelize(images, 40)
                .mapPartitions(function)
                .collect();

        assertThat(ModelCache.loads() - before).isEqualTo(1);
        assertThat(metrics.devices()).singleElement().satisfies(use -> {
            assertThat(use.executor()).isEqualTo("driver");
            assertThat(use.device()).isEqualTo("cpu");
            assertThat(use.precision()).isEqualTo("fp32");
            assertThat(use.gpuAddress()).isNull();
            assertThat(use.warning()).isNull();
        });
        assertThat(rows).hasSize(40).allMatch(row -> row.getString(8).equals("ok"));
        assertThat(rows)
                .extracting(row -> row.getString(0))
                .containsExactlyElementsOf(images.stream().map(ImageRef::path).toList());
    }

    @Test
    void modelStaysLoadedBetweenTasks() {
        long before = ModelCache.loads();

        lease(second).close();
        lease(second).close();

        assertThat(ModelCache.loads() - before).isEqualTo(1);
    }

    @Test
    void loadingAnotherModelClosesTheIdleOne() {
        ModelCache.Lease lease = lease(third);
        Classifier idle = lease.classifier();
        lease.close();

        try (ModelCache.Lease other = lease(fourth)) {
            assertThat(classify(other.classifier())).isEqualTo(10);
        }

        assertThatThrownBy(() -> classify(idle)).isInstanceOf(IllegalStateException.class);
        long before = ModelCache.loads();
        try (ModelCache.Lease again = lease(third)) {
            assertThat(classify(again.classifier())).isEqualTo(10);
        }
        assertThat(ModelCache.loads() - before).as("loaded again").isEqualTo(1);
    }

    @Test
    void loadingAnotherModelDoesNotCloseALeasedOne() {
        try (ModelCache.Lease busy = lease(third)) {
            ModelCache.Lease sharing = lease(third);
            sharing.close();
            sharing.close(); // has no effect
            try (ModelCache.Lease other = lease(fourth)) {
                assertThat(classify(busy.classifier())).isEqualTo(10);
                assertThat(classify(other.classifier())).isEqualTo(10);
            }
        }
    }

    @Test
    void eachCombinationOfSettingsHasItsOwnSession() {
        SessionSettings settings = new SessionSettings(Device.CPU, Precision.FP32, 1);
        long before = ModelCache.loads();
        try (ModelCache.Lease usual = lease(second);
                ModelCache.Lease other = ModelCache.lease(second, settings);
                ModelCache.Lease same = ModelCache.lease(second, settings)) {
            assertThat(other.classifier()).isNotSameAs(usual.classifier()).isSameAs(same.classifier());
        }

        assertThat(ModelCache.loads() - before).isBetween(1L, 2L); // another test may have loaded the usual one
    }

    @Test
    void closeAllClosesIdleModelsAtOnceAndLeasedModelsAtTheirReturn() {
        ModelCache.Lease ended = lease(third);
        Classifier idle = ended.classifier();
        Classifier leased;
        ended.close();
        try (ModelCache.Lease busy = lease(fourth)) {
            ModelCache.closeAll();
            ModelCache.closeAll();

            assertThatThrownBy(() -> classify(idle)).isInstanceOf(IllegalStateException.class);
            assertThat(classify(busy.classifier())).isEqualTo(10);
            leased = busy.classifier();
        }
        Classifier returned = leased;
        assertThatThrownBy(() -> classify(returned)).as("returned").isInstanceOf(IllegalStateException.class);
    }

    @Test
    void pluginShutdownClosesTheModels() {
        ModelCache.Lease lease = lease(second);
        Classifier classifier = lease.classifier();
        lease.close();

        new CardinalPlugin().executorPlugin().shutdown();

        assertThatThrownBy(() -> classify(classifier)).isInstanceOf(IllegalStateException.class);
    }

    private static ModelCache.Lease lease(ModelSpec spec) {
        return ModelCache.lease(spec, SessionSettings.cpu());
    }

    /** Returns the number of classes of the model. */
    private static int classify(Classifier classifier) {
        byte[] image = Pictures.rgb(EDGE, EDGE, 1);
        return classifier.classify(List.of(image), EDGE, EDGE).get(0).probabilities().length;
    }
}
