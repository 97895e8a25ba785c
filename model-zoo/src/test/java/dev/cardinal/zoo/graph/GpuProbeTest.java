package dev.cardinal.zoo.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.zoo.serving.Device;
import org.junit.jupiter.api.Test;

/** Runs on machines without a GPU, with both native libraries. */
class GpuProbeTest {
    @Test
    void missingGpuIsExplained() {
        assertThat(GpuProbe.obstacle(Device.gpu(0), 1))
                .hasValueSatisfying(why -> assertThat(why).startsWith("TensorFlow's native library "));
    }

    @Test
    void gpuLibraryWithoutAUsableGpuIsExplained() {
        assertThat(GpuProbe.explain("Cannot assign a device for operation sum: {{node sum}} was explicitly assigned to"
                        + " /device:GPU:0 but available devices are [ /job:localhost/replica:0/task:0/device:CPU:0 ]."
                        + " Make sure the device specification refers to a valid device.\n\t [[sum]]"))
                .startsWith("TensorFlow's native library finds no usable GPU");
    }

    @Test
    void otherFailureIsShortenedToItsFirstLine() {
        assertThat(GpuProbe.explain(
                        "'visible_device_list' listed an invalid Device id '7' but visible device count is 2\nmore"))
                .isEqualTo("'visible_device_list' listed an invalid Device id '7' but visible device count is 2");
    }

    @Test
    void cpuIsRejected() {
        assertThatThrownBy(() -> GpuProbe.obstacle(Device.CPU, 1)).isInstanceOf(IllegalArgumentException.class);
    }
}
