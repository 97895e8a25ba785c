package dev.cardinal.job.doctor;

import static dev.cardinal.job.doctor.Machines.GB;
import static dev.cardinal.job.doctor.Machines.both;
import static dev.cardinal.job.doctor.Machines.directory;
import static dev.cardinal.job.doctor.Machines.facts;
import static dev.cardinal.job.doctor.Machines.runtime;
import static dev.cardinal.job.doctor.Machines.use;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.job.doctor.Check.CheckResult;
import dev.cardinal.job.doctor.ExecutorFacts.NativeRuntime;
import dev.cardinal.udf.options.ExecutionOptions.DeviceChoice;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DeviceCheckTest {
    private static final Executor WITH_0 = new Executor("0", "left", 4, 4, List.of("0"));
    private static final Executor WITH_1 = new Executor("1", "right", 4, 4, List.of("1"));

    @Test
    void cpuIsReportedWithThePrecisionThatAutoSelects() {
        Check check = DeviceCheck.of(
                DeviceChoice.AUTO, List.of(), both(facts()), both(runtime(use("cpu", "fp32", null), null)));

        assertThat(check)
                .isEqualTo(Check.pass(
                        Check.Name.DEVICE,
                        "cpu in fp32 (Some CPU, without bfloat16 arithmetic); --precision auto selects fp32 on"
                                + " 2 executors"));
    }

    @Test
    void gpuThatTensorFlowUsesPasses() {
        Check check = DeviceCheck.of(
                DeviceChoice.AUTO, List.of(), gpus(facts()), gpus(runtime(use("gpu:0", "fp16", null), null)));

        assertThat(check.result()).isEqualTo(CheckResult.PASS);
        assertThat(check.finding())
                .contains("gpu:0 in fp16 (Spark assigns GPU 0), TensorFlow uses it, CUDA_DEVICE_ORDER PCI_BUS_ID");
    }

    @Test
    void gpuThatSparkAssignsAndTensorFlowDoesNotUseWarns() {
        Check check = DeviceCheck.of(
                DeviceChoice.AUTO,
                List.of(),
                gpus(facts()),
                gpus(runtime(use("cpu", "fp32", "GPU 0, which Spark gives it, is not used: no CUDA"), null)));

        assertThat(check.result()).isEqualTo(CheckResult.WARN);
        assertThat(check.finding()).contains("(Spark assigns GPU 0)", "(Spark assigns GPU 1)", "is not used: no CUDA");
        assertThat(check.advice()).contains("-Pgpu", "nvidia-smi");
    }

    @Test
    void gpuThatSparkDoesNotAssignWarns() {
        ExecutorFacts facts = facts(
                "4.0.1", directory("/cache", GB, null), List.of(), directory("/local", GB, null), List.of("nvidia0"));

        Check check = DeviceCheck.of(
                DeviceChoice.AUTO, List.of(), both(facts), both(runtime(use("cpu", "fp32", null), null)));

        assertThat(check.result()).isEqualTo(CheckResult.WARN);
        assertThat(check.finding()).contains("this machine has a GPU, but Spark assigns none to this executor");
        assertThat(check.advice()).contains("spark.executor.resource.gpu.amount=1", "discover-gpus.sh");
        assertThat(DeviceCheck.of(
                                DeviceChoice.CPU, List.of(), both(facts), both(runtime(use("cpu", "fp32", null), null)))
                        .result())
                .as("no GPU is requested")
                .isEqualTo(CheckResult.PASS);
    }

    @Test
    void gpuThatMayNotBeTheAssignedOneWarns() {
        Check check = DeviceCheck.of(
                DeviceChoice.AUTO,
                List.of(),
                gpus(facts()),
                gpus(runtime(use("gpu:0", "fp16", "it may not be the GPU that Spark means"), null)));

        assertThat(check.result()).isEqualTo(CheckResult.WARN);
        assertThat(check.advice()).isEqualTo("set spark.executorEnv.CUDA_DEVICE_ORDER=PCI_BUS_ID");
    }

    @Test
    void deviceThatAnExecutorCannotUseFails() {
        Check check = DeviceCheck.of(
                DeviceChoice.AUTO,
                List.of(),
                both(facts()),
                both(runtime(null, "--device gpu: TensorFlow cannot use GPU 0")));

        assertThat(check.result()).isEqualTo(CheckResult.FAIL);
        assertThat(check.finding()).isEqualTo("--device gpu: TensorFlow cannot use GPU 0");
    }

    @Test
    void deviceThatContradictsTheSettingsFails() {
        Check check = DeviceCheck.of(
                DeviceChoice.AUTO,
                List.of("--device gpu, and this Spark application gives its tasks none"),
                both(facts()),
                both(runtime(use("cpu", "fp32", null), null)));

        assertThat(check.result()).isEqualTo(CheckResult.FAIL);
        assertThat(check.finding()).startsWith("--device gpu, and this Spark application gives its tasks none; cpu in");
    }

    @Test
    void deviceIsSkippedWithoutTensorFlow() {
        Check check = DeviceCheck.of(
                DeviceChoice.AUTO, List.of(), both(facts()), both(new NativeRuntime(null, "does not load", null, 0)));

        assertThat(check.result()).isEqualTo(CheckResult.SKIPPED);
    }

    private static <T> Map<Executor, T> gpus(T value) {
        Map<Executor, T> values = new LinkedHashMap<>();
        values.put(WITH_0, value);
        values.put(WITH_1, value);
        return values;
    }
}
