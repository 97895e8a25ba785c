package dev.cardinal.udf.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.udf.LocalSpark;
import java.util.List;
import org.junit.jupiter.api.Test;

class SetAccumulatorTest {
    @Test
    void equalValuesOfSeveralTasksAreKeptOnce() {
        SetAccumulator<String> devices = new SetAccumulator<>();
        LocalSpark.session().sparkContext().register(devices);

        LocalSpark.context()
                .parallelize(List.of(0, 1, 2, 3, 4, 5, 6, 7), 8)
                .foreach(i -> devices.add("device " + i % 2));

        assertThat(devices.value()).containsExactlyInAnyOrder("device 0", "device 1");
        devices.reset();
        assertThat(devices.isZero()).isTrue();
    }
}
