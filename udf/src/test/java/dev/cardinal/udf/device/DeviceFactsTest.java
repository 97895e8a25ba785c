package dev.cardinal.udf.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.udf.LocalSpark;
import dev.cardinal.udf.options.ExecutionOptions;
import dev.cardinal.udf.options.ExecutionOptions.DeviceChoice;
import dev.cardinal.udf.options.ExecutionOptions.PrecisionChoice;
import java.io.IOException;
import java.util.List;
import org.apache.spark.TaskContext;
import org.junit.jupiter.api.Test;

class DeviceFactsTest {
    @Test
    void driverUsesTheCpu() throws IOException {
        DeviceFacts facts = DeviceFacts.of(null, ExecutionOptions.defaults());

        assertThat(facts.problem()).isNull();
        assertThat(facts.processor()).isNotBlank();
        assertThat(facts.use()).isNotNull().satisfies(use -> {
            assertThat(use.device()).isEqualTo("cpu");
            assertThat(use.precision()).isEqualTo("fp32");
        });
        assertThat(facts.automatic()).isEqualTo(facts.bf16() ? "bf16" : "fp32");
    }

    /** Assumes a machine without a GPU, so that a task that requires one is rejected. */
    @Test
    void rejectionIsReportedAsAFact() {
        ExecutionOptions gpu = ExecutionOptions.defaults().on(DeviceChoice.GPU, PrecisionChoice.FP32);

        List<DeviceFacts> facts = LocalSpark.context()
                .parallelize(List.of(1), 1)
                .map(one -> DeviceFacts.of(TaskContext.get(), gpu))
                .collect();

        assertThat(facts).singleElement().satisfies(each -> {
            assertThat(each.use()).isNull();
            assertThat(each.automatic()).isNull();
            assertThat(each.problem()).startsWith("--device gpu: TensorFlow cannot use a GPU of this machine");
        });
    }
}
