package dev.cardinal.udf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.udf.DeviceChooser.Chosen;
import dev.cardinal.udf.DeviceChooser.Role;
import dev.cardinal.udf.EngineOptions.DeviceChoice;
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

    private final List<Device> asked = new ArrayList<>();

    @ParameterizedTest
    @EnumSource
    void cpuIsTakenWithoutAskingForAGpu(Role role) {
        assertThat(choose(role, true, PCI, DeviceChoice.CPU, "0", "1")).isEqualTo(new Chosen(Device.CPU, null));
        assertThat(asked).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"AUTO", "GPU"})
    void executorRunsOnTheGpuThatSparkGivesIt(DeviceChoice wanted) {
        assertThat(choose(Role.EXECUTOR, true, PCI, wanted, "3")).isEqualTo(new Chosen(Device.gpu(3), null));
        assertThat(asked).containsExactly(Device.gpu(3));
    }

    @Test
    void executorWithoutAGpuRunsOnItsCpu() {
        assertThat(choose(Role.EXECUTOR, true, PCI, DeviceChoice.AUTO)).isEqualTo(new Chosen(Device.CPU, null));
        assertThat(asked).as("the GPUs of a machine are not its own").isEmpty();
    }

    @Test
    void gpuThatSparkDoesNotGiveIsAnErrorWithTheSettings() {
        assertThatThrownBy(() -> choose(Role.EXECUTOR, true, PCI, DeviceChoice.GPU))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("Spark gives this executor's tasks no GPU")
                .hasMessageContaining("spark.executor.resource.gpu.amount=1")
                .hasMessageContaining("spark.task.resource.gpu.amount")
                .hasMessageContaining("discover-gpus.sh");
    }

    @Test
    void gpuThatTensorFlowDoesNotSeeIsAnErrorWithWhatToDo() {
        assertThatThrownBy(() -> choose(Role.EXECUTOR, false, PCI, DeviceChoice.GPU, "1"))
                .isInstanceOf(CardinalException.class)
                .hasMessageStartingWith("--device gpu: TensorFlow cannot use GPU 1 of this executor: no CUDA.")
                .hasMessageContaining("-Pgpu")
                .hasMessageContaining("nvidia-smi")
                .hasMessageContaining("--device cpu");
    }

    @Test
    void gpuThatTensorFlowDoesNotSeeIsAWarningWhereItIsNotAskedFor() {
        assertThat(choose(Role.EXECUTOR, false, PCI, DeviceChoice.AUTO, "1"))
                .isEqualTo(new Chosen(Device.CPU, "GPU 1, which Spark gives it, is not used: no CUDA"));
    }

    @Test
    void variableThatRenumbersGpusIsNamed() {
        assertThat(choose(Role.EXECUTOR, false, Map.of("CUDA_VISIBLE_DEVICES", "2,3"), DeviceChoice.AUTO, "2")
                        .warning())
                .endsWith("no CUDA (CUDA_VISIBLE_DEVICES is '2,3')");
    }

    @ParameterizedTest
    @EnumSource(names = {"AUTO", "GPU"})
    void severalGpusAreAnError(DeviceChoice wanted) {
        assertThatThrownBy(() -> choose(Role.EXECUTOR, true, PCI, wanted, "0", "1"))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("a task was given GPUs 0, 1: one GPU an executor is supported")
                .hasMessageContaining("spark.executor.resource.gpu.amount=1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GPU-8932f937-d72c-4106-c12f-20bd9faed9f6", "MIG-GPU-1/2/3", "-1", "", "0x1", "12345"})
    void addressThatIsNoNumberIsAnErrorThatNamesTheScript(String address) {
        assertThatThrownBy(() -> choose(Role.EXECUTOR, true, PCI, DeviceChoice.AUTO, address))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("'" + address + "'")
                .hasMessageContaining("deploy/gpu/discover-gpus.sh");
    }

    @Test
    void localRunTakesTheMachinesFirstGpu() {
        assertThat(choose(Role.LOCAL, true, PCI, DeviceChoice.AUTO)).isEqualTo(new Chosen(Device.gpu(0), null));
        assertThat(choose(Role.LOCAL, true, PCI, DeviceChoice.GPU)).isEqualTo(new Chosen(Device.gpu(0), null));
    }

    @Test
    void localRunWithoutAGpuRunsOnTheCpuAndIsNotWarned() {
        assertThat(choose(Role.LOCAL, false, PCI, DeviceChoice.AUTO)).isEqualTo(new Chosen(Device.CPU, null));
        assertThatThrownBy(() -> choose(Role.LOCAL, false, PCI, DeviceChoice.GPU))
                .isInstanceOf(CardinalException.class)
                .hasMessageStartingWith("--device gpu: TensorFlow cannot use a GPU of this machine: no CUDA.");
    }

    @Test
    void orderOfGpusThatIsNotTheBussIsAWarning() {
        assertThat(choose(Role.EXECUTOR, true, Map.of(), DeviceChoice.AUTO, "1").warning())
                .contains("CUDA_DEVICE_ORDER is not set", "spark.executorEnv.CUDA_DEVICE_ORDER=PCI_BUS_ID");
        assertThat(choose(Role.EXECUTOR, true, Map.of("CUDA_DEVICE_ORDER", "FASTEST_FIRST"), DeviceChoice.GPU, "1"))
                .satisfies(chosen -> assertThat(chosen.device()).isEqualTo(Device.gpu(1)))
                .satisfies(chosen -> assertThat(chosen.warning()).contains("CUDA_DEVICE_ORDER is FASTEST_FIRST"));
    }

    private Chosen choose(
            Role role, boolean seen, Map<String, String> environment, DeviceChoice wanted, String... addresses) {
        DeviceChooser chooser = new DeviceChooser(
                role,
                gpu -> {
                    asked.add(gpu);
                    return seen ? Optional.empty() : Optional.of("no CUDA");
                },
                environment);
        return chooser.choose(wanted, List.of(addresses));
    }
}
