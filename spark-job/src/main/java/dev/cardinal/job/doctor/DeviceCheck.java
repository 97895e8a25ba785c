package dev.cardinal.job.doctor;

import dev.cardinal.job.doctor.Check.CheckResult;
import dev.cardinal.job.doctor.Check.Name;
import dev.cardinal.job.doctor.ExecutorFacts.NativeRuntime;
import dev.cardinal.udf.device.DeviceFacts;
import dev.cardinal.udf.device.DeviceUse;
import dev.cardinal.udf.options.ExecutionOptions.DeviceChoice;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Checks the devices of executors: what Spark assigns, what TensorFlow uses, and what the user requests. Stateless. */
final class DeviceCheck {
    private static final String DEVICE_ORDER = "CUDA_DEVICE_ORDER";

    private static final String SET_ORDER = "set spark.executorEnv." + DEVICE_ORDER + "=PCI_BUS_ID";

    private static final String ENABLE_GPUS =
            "build the job jar with the native library for GPUs (./mvnw -Pgpu package) and check that nvidia-smi works on the"
                    + " executor's host, with CUDA 12.5 and cuDNN 9; or use --device cpu and request no GPUs";

    private static final String ASSIGN_GPUS =
            "to use it, set spark.executor.resource.gpu.amount=1, spark.task.resource.gpu.amount and, on a standalone"
                    + " cluster's workers, spark.worker.resource.gpu.amount and .discoveryScript"
                    + " (deploy/gpu/discover-gpus.sh)";

    private DeviceCheck() {}

    /**
     * Checks the devices.
     *
     * @param requested device that the user requests
     * @param settingsProblems problems of Spark's settings, found without executors
     */
    static Check of(
            DeviceChoice requested,
            List<String> settingsProblems,
            Map<Executor, ExecutorFacts> executors,
            Map<Executor, NativeRuntime> runtimes) {
        if (settingsProblems.isEmpty() && runtimes.values().stream().allMatch(runtime -> runtime.device() == null)) {
            return Check.skipped(Name.DEVICE, "needs TensorFlow");
        }
        Set<String> problems = new LinkedHashSet<>(settingsProblems);
        Map<Executor, String> devices = new LinkedHashMap<>();
        Map<Executor, String> warnings = new LinkedHashMap<>();
        Set<String> advice = new LinkedHashSet<>();
        runtimes.forEach((executor, runtime) -> {
            DeviceFacts device = runtime.device();
            if (device == null) {
                devices.put(executor, "unknown without TensorFlow");
                return;
            }
            if (device.use() == null) {
                problems.add(String.valueOf(device.problem()));
                return;
            }
            devices.put(executor, describe(executor, device, device.use(), executors.get(executor)));
            if (device.use().warning() != null) {
                warnings.put(executor, device.use().warning());
                advice.add(isGpu(device.use()) ? SET_ORDER : ENABLE_GPUS);
            } else if (requested != DeviceChoice.CPU && hasIdleGpu(device.use(), executors.get(executor))) {
                warnings.put(executor, "this machine has a GPU, but Spark assigns none to this executor");
                advice.add(ASSIGN_GPUS);
            }
        });
        List<String> parts = new ArrayList<>(problems);
        if (!devices.isEmpty()) {
            parts.add(Executor.join(devices));
        }
        if (!warnings.isEmpty()) {
            parts.add(Executor.join(warnings));
        }
        String finding = String.join("; ", parts);
        if (!problems.isEmpty()) {
            return Check.fail(
                    Name.DEVICE,
                    finding,
                    "follow the advice in the message, or run with --device auto and --precision auto");
        }
        CheckResult result = warnings.isEmpty() ? CheckResult.PASS : CheckResult.WARN;
        return new Check(Name.DEVICE, result, finding, warnings.isEmpty() ? null : String.join("; ", advice));
    }

    private static String describe(
            Executor executor, DeviceFacts device, DeviceUse use, @Nullable ExecutorFacts facts) {
        StringBuilder text = new StringBuilder(use.device()).append(" in ").append(use.precision());
        if (!executor.gpuAddresses().isEmpty()) {
            text.append(" (Spark assigns GPU ")
                    .append(String.join(", ", executor.gpuAddresses()))
                    .append(')');
        }
        if (isGpu(use)) {
            text.append(", TensorFlow uses it");
            if (facts != null && facts.nvidia() != null) {
                text.append(", ").append(facts.nvidia());
            }
            String order = facts == null ? null : facts.cudaDeviceOrder();
            text.append(", ").append(DEVICE_ORDER).append(' ').append(order == null ? "not set" : order);
        } else {
            text.append(" (")
                    .append(device.processor())
                    .append(device.bf16() ? ", with bfloat16 arithmetic" : ", without bfloat16 arithmetic")
                    .append(')');
        }
        return text.append("; --precision auto selects ")
                .append(device.automatic())
                .toString();
    }

    private static boolean isGpu(DeviceUse use) {
        return use.device().startsWith("gpu");
    }

    /** Returns whether the machine has a GPU that the executor does not use. */
    private static boolean hasIdleGpu(DeviceUse use, @Nullable ExecutorFacts facts) {
        return !isGpu(use) && facts != null && !facts.gpus().isEmpty();
    }
}
