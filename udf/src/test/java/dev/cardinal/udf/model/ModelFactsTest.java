package dev.cardinal.udf.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.udf.DemoModel;
import dev.cardinal.udf.LocalSpark;
import dev.cardinal.udf.options.ExecutionOptions;
import dev.cardinal.zoo.card.BundleCard;
import dev.cardinal.zoo.card.GoldenSample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.TaskContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelFactsTest {
    private static final ExecutionOptions OPTIONS = ExecutionOptions.defaults().withBatchSize(4);

    @TempDir
    private Path directory;

    @AfterEach
    void closeModels() {
        ModelCache.closeAll();
    }

    @Test
    void loadingAndOneBatchAreMeasured() throws IOException {
        ModelFacts facts = facts();

        assertThat(facts.loadSeconds()).isPositive();
        assertThat(facts.batchSize()).isEqualTo(4);
        assertThat(facts.batchSeconds()).isPositive();
        assertThat(facts.memory()).isNotNull().satisfies(memory -> {
            assertThat(memory.peakBytes()).isGreaterThanOrEqualTo(memory.loadedBytes());
            assertThat(memory.outsideBytes()).isEqualTo(Math.max(0, memory.peakBytes() - memory.heapBytes()));
            assertThat(memory.batchBytes()).isNotNegative();
        });
    }

    @Test
    void modelWithDifferentLogitsIsRejected() throws IOException {
        BundleCard bundle = DemoModel.importTo(DemoModel.cardWithMean(0.36), directory); // not cached by another test
        Files.writeString(directory.resolve(GoldenSample.LOGITS_FILE), "[9, 9, 9, 9, 9, 9, 9, 9, 9, 9]");

        assertThatThrownBy(() -> facts(DemoModel.broadcast(bundle, directory)))
                .hasStackTraceContaining("computes different logits on this executor");
    }

    private ModelFacts facts() throws IOException {
        return facts(DemoModel.broadcast(DemoModel.importTo(DemoModel.card(), directory), directory));
    }

    private static ModelFacts facts(ModelSpec model) {
        return LocalSpark.context()
                .parallelize(List.of(1), 1)
                .map(one -> ModelFacts.of(TaskContext.get(), model, OPTIONS, 28))
                .collect()
                .get(0);
    }
}
