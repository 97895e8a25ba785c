package dev.cardinal.udf.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.udf.device.DevicePreflight.Machine;
import dev.cardinal.udf.options.ExecutionOptions;
import dev.cardinal.udf.options.ExecutionOptions.DeviceChoice;
import dev.cardinal.udf.options.ExecutionOptions.PrecisionChoice;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DevicePreflightTest {
    private static final String CLUSTER = "spark://master:7077";

    private boolean gpuIsUsable;
    private boolean bf16;
    private int gpuChecks;

    @ParameterizedTest
    @CsvSource({"AUTO, FP32", "AUTO, AUTO", "CPU, FP32", "CPU, AUTO"})
    void optionsThatWorkEverywhereAreNotChecked(DeviceChoice device, PrecisionChoice precision) {
        assertThat(problems(device, precision, "local[2]")).isEmpty();
        assertThat(problems(device, precision, CLUSTER)).isEmpty();
        assertThat(gpuChecks).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"local", "local[*]", "local[2,3]"})
    void localRunOnAGpuNeedsAUsableGpu(String master) {
        assertThat(problems(DeviceChoice.GPU, PrecisionChoice.FP32, master))
                .singleElement()
                .asString()
                .startsWith("--device gpu: TensorFlow cannot use a GPU of this machine: no CUDA");

        gpuIsUsable = true;
        assertThat(problems(DeviceChoice.GPU, PrecisionChoice.FP16, master)).isEmpty();
    }

    @Test
    void localRunNeedsAProcessorWithTheRequestedPrecision() {
        assertThat(problems(DeviceChoice.CPU, PrecisionChoice.BF16, "local[2]"))
                .singleElement()
                .asString()
                .contains("Some CPU does not");
        assertThat(problems(DeviceChoice.AUTO, PrecisionChoice.FP16, "local[2]"))
                .singleElement()
                .asString()
                .startsWith("--precision fp16 needs a GPU");

        bf16 = true;
        assertThat(problems(DeviceChoice.CPU, PrecisionChoice.BF16, "local[2]")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"local[2]", CLUSTER})
    void fp16OnTheCpuIsAContradiction(String master) {
        assertThat(problems(DeviceChoice.CPU, PrecisionChoice.FP16, master))
                .containsExactly("--precision fp16 needs a GPU, and --device is cpu: use --precision fp32, or auto");
    }

    @ParameterizedTest
    @ValueSource(strings = {"local[2]", CLUSTER})
    void bf16OnAGpuIsAContradiction(String master) {
        assertThat(problems(DeviceChoice.GPU, PrecisionChoice.BF16, master))
                .containsExactly(
                        "--precision bf16 runs only on CPUs, and --device is gpu: use --precision fp16, or auto");
    }

    @ParameterizedTest
    @ValueSource(strings = {CLUSTER, "yarn", "k8s://https://host:443", "local-cluster[2,1,1024]"})
    void clusterWithoutGpusIsAProblemIfAGpuIsRequired(String master) {
        assertThat(problems(DeviceChoice.GPU, PrecisionChoice.FP32, master))
                .singleElement()
                .asString()
                .startsWith("--device gpu, and this Spark application assigns no GPUs to its tasks: set ")
                .contains("spark.task.resource.gpu.amount=1");
        assertThat(problems(DeviceChoice.AUTO, PrecisionChoice.FP16, master))
                .singleElement()
                .asString()
                .startsWith("--precision fp16 needs GPUs");
        assertThat(gpuChecks).as("the driver's GPUs do not matter").isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "0.25"})
    void clusterThatAssignsAGpuOrAFractionCanStart(String amount) {
        assertThat(problems(
                        DeviceChoice.GPU,
                        PrecisionChoice.FP16,
                        CLUSTER,
                        "spark.executor.resource.gpu.amount",
                        "1",
                        "spark.task.resource.gpu.amount",
                        amount))
                .isEmpty();
    }

    @Test
    void bf16OnAClusterWithGpusIsAProblemUnlessTheDeviceIsCpu() {
        String[] gpus = {"spark.executor.resource.gpu.amount", "1", "spark.task.resource.gpu.amount", "1"};

        assertThat(problems(DeviceChoice.AUTO, PrecisionChoice.BF16, CLUSTER, gpus))
                .singleElement()
                .asString()
                .contains("--precision bf16 runs only on CPUs", "--device cpu");
        assertThat(problems(DeviceChoice.CPU, PrecisionChoice.BF16, CLUSTER, gpus))
                .isEmpty();
    }

    @Test
    void severalGpusPerExecutorAreAProblemUnlessTheDeviceIsCpu() {
        String[] two = {"spark.executor.resource.gpu.amount", "2", "spark.task.resource.gpu.amount", "1"};

        assertThat(problems(DeviceChoice.AUTO, PrecisionChoice.FP32, CLUSTER, two))
                .singleElement()
                .asString()
                .startsWith("spark.executor.resource.gpu.amount is 2: only one GPU per executor is supported");
        assertThat(problems(DeviceChoice.CPU, PrecisionChoice.FP32, CLUSTER, two))
                .isEmpty();
    }

    private List<String> problems(DeviceChoice device, PrecisionChoice precision, String master, String... settings) {
        SparkConf configuration = new SparkConf(false).set("spark.master", master);
        for (int i = 0; i < settings.length; i += 2) {
            configuration.set(settings[i], settings[i + 1]);
        }
        return DevicePreflight.problems(
                ExecutionOptions.defaults().on(device, precision),
                configuration,
                new Machine(
                        gpu -> {
                            gpuChecks++;
                            return gpuIsUsable ? Optional.empty() : Optional.of("no CUDA");
                        },
                        Map.of(),
                        new ProcessorFeatures("Some CPU", bf16)));
    }
}
