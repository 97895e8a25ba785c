package dev.cardinal.udf.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.udf.device.DeviceChooser.Choice;
import dev.cardinal.udf.device.DeviceChooser.Role;
import dev.cardinal.udf.options.ExecutionOptions.DeviceChoice;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.serving.Device;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceChooserTest {
    private static final Map<String, String> PCI = Map.of("CUDA_DEVICE_ORDER", "PCI_BUS_ID");

    private final List<Device> checked = new ArrayList<>();

    @ParameterizedTest
    @EnumSource
    void cpuIsChosenWithoutCheckingGpus(Role role) {
        assertThat(choose(role, true, PCI, DeviceChoice.CPU, "0", "1")).isEqualTo(new Choice(Device.CPU, null));
        assertThat(checked).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"AUTO", "GPU"})
    void executorRunsOnTheGpuThatSparkAssigns(DeviceChoice wanted) {
        assertThat(choose(Role.EXECUTOR, true, PCI, wanted, "3")).isEqualTo(new Choice(Device.gpu(3), null));
        assertThat(checked).containsExactly(Device.gpu(3));
    }

    @Test
    void executorWithoutAGpuRunsOnItsCpu() {
        assertThat(choose(Role.EXECUTOR, true, PCI, DeviceChoice.AUTO)).isEqualTo(new Choice(Device.CPU, null));
        assertThat(checked)
                .as("the executor must not use GPUs that Spark did not assign")
                .isEmpty();
    }

    @Test
    void requiredGpuThatSparkDoesNotAssignIsAnErrorWithTheSettings() {
        assertThatThrownBy(() -> choose(Role.EXECUTOR, true, PCI, DeviceChoice.GPU))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("Spark assigns no GPU to this executor's tasks")
                .hasMessageContaining("spark.executor.resource.gpu.amount=1")
                .hasMessageContaining("spark.task.resource.gpu.amount")
                .hasMessageContaining("discover-gpus.sh");
    }

    @Test
    void requiredGpuThatTensorFlowCannotUseIsAnErrorWithAdvice() {
        assertThatThrownBy(() -> choose(Role.EXECUTOR, false, PCI, DeviceChoice.GPU, "1"))
                .isInstanceOf(CardinalException.class)
                .hasMessageStartingWith("--device gpu: TensorFlow cannot use GPU 1 of this executor: no CUDA.")
                .hasMessageContaining("-Pgpu")
                .hasMessageContaining("nvidia-smi")
                .hasMessageContaining("--device cpu");
    }

    @Test
    void gpuThatTensorFlowDoesNotSeeIsAWarningUnlessItIsRequired() {
        assertThat(choose(Role.EXECUTOR, false, PCI, DeviceChoice.AUTO, "1"))
                .isEqualTo(new Choice(Device.CPU, "GPU 1, which Spark assigned, is not used: no CUDA"));
    }

    @Test
    void warningMentionsCudaVisibleDevices() {
        assertThat(choose(Role.EXECUTOR, false, Map.of("CUDA_VISIBLE_DEVICES", "2,3"), DeviceChoice.AUTO, "2")
                        .warning())
                .endsWith("no CUDA (CUDA_VISIBLE_DEVICES is '2,3')");
    }

    @ParameterizedTest
    @EnumSource(names = {"AUTO", "GPU"})
    void severalGpusAreAnError(DeviceChoice wanted) {
        assertThatThrownBy(() -> choose(Role.EXECUTOR, true, PCI, wanted, "0", "1"))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("a task was assigned GPUs 0, 1: only one GPU per executor is supported")
                .hasMessageContaining("spark.executor.resource.gpu.amount=1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GPU-8932f937-d72c-4106-c12f-20bd9faed9f6", "MIG-GPU-1/2/3", "-1", "", "0x1", "12345"})
    void gpuAddressThatIsNotANumberIsAnErrorWithTheDiscoveryScript(String address) {
        assertThatThrownBy(() -> choose(Role.EXECUTOR, true, PCI, DeviceChoice.AUTO, address))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("'" + address + "'")
                .hasMessageContaining("deploy/gpu/discover-gpus.sh");
    }

    @Test
    void localRunUsesTheFirstGpuOfTheMachine() {
        assertThat(choose(Role.LOCAL, true, PCI, DeviceChoice.AUTO)).isEqualTo(new Choice(Device.gpu(0), null));
        assertThat(choose(Role.LOCAL, true, PCI, DeviceChoice.GPU)).isEqualTo(new Choice(Device.gpu(0), null));
    }

    @Test
    void localRunWithoutAGpuRunsOnTheCpuWithoutAWarning() {
        assertThat(choose(Role.LOCAL, false, PCI, DeviceChoice.AUTO)).isEqualTo(new Choice(Device.CPU, null));
        assertThatThrownBy(() -> choose(Role.LOCAL, false, PCI, DeviceChoice.GPU))
                .isInstanceOf(CardinalException.class)
                .hasMessageStartingWith("--device gpu: TensorFlow cannot use a GPU of this machine: no CUDA.");
    }

    @Test
    void gpuOrderOtherThanPciBusOrderIsAWarning() {
        assertThat(choose(Role.EXECUTOR, true, Map.of(), DeviceChoice.AUTO, "1").warning())
                .contains("CUDA_DEVICE_ORDER is not set", "spark.executorEnv.CUDA_DEVICE_ORDER=PCI_BUS_ID");
        assertThat(choose(Role.EXECUTOR, true, Map.of("CUDA_DEVICE_ORDER", "FASTEST_FIRST"), DeviceChoice.GPU, "1"))
                .satisfies(choice -> assertThat(choice.device()).isEqualTo(Device.gpu(1)))
                .satisfies(choice -> assertThat(choice.warning()).contains("CUDA_DEVICE_ORDER is FASTEST_FIRST"));
    }

    private Choice choose(
            Role role, boolean seen, Map<String, String> environment, DeviceChoice wanted, String... addresses) {
        DeviceChooser chooser = new DeviceChooser(
                role,
                gpu -> {
                    checked.add(gpu);
                    return seen ? Optional.empty() : Optional.of("no CUDA");
                },
                environment);
        return chooser.choose(wanted, List.of(addresses));
    }
}
