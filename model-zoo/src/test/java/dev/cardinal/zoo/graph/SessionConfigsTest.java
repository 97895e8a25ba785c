package dev.cardinal.zoo.graph;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.zoo.serving.Device;
import dev.cardinal.zoo.serving.Precision;
import dev.cardinal.zoo.serving.SessionSettings;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.proto.ConfigProto;

class SessionConfigsTest {
    @ParameterizedTest
    @EnumSource
    void cpuSessionUsesNoGpu(Precision precision) {
        ConfigProto config = SessionConfigs.of(new SessionSettings(Device.CPU, precision, 3));

        assertThat(config.getDeviceCountMap()).isEqualTo(Map.of("GPU", 0));
        assertThat(config.hasGpuOptions()).isFalse();
        assertThat(config.getIntraOpParallelismThreads()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3})
    void gpuSessionSeesOnlyItsGpuAndAllocatesMemoryOnDemand(int index) {
        ConfigProto config = SessionConfigs.of(new SessionSettings(Device.gpu(index), Precision.FP32, 2));

        assertThat(config.getGpuOptions().getVisibleDeviceList()).isEqualTo(Integer.toString(index));
        assertThat(config.getGpuOptions().getAllowGrowth()).isTrue();
        assertThat(config.getDeviceCountMap()).doesNotContainKey("GPU");
        assertThat(config.getIntraOpParallelismThreads()).isEqualTo(2);
    }

    @Test
    void operationsWithoutAGpuKernelMayRunOnTheCpu() {
        assertThat(SessionConfigs.of(new SessionSettings(Device.gpu(0), Precision.FP16, 2))
                        .getAllowSoftPlacement())
                .isTrue();
    }
}
