package dev.cardinal.job.doctor;

import dev.cardinal.job.doctor.Check.Name;
import dev.cardinal.job.doctor.Check.Result;
import dev.cardinal.job.doctor.ExecutorList.Executor;
import dev.cardinal.udf.DeviceFacts;
import dev.cardinal.udf.DeviceUse;
import dev.cardinal.udf.EngineOptions.DeviceChoice;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Judges what executors run a model on: what Spark gives them, what TensorFlow computes on, what the user wants. Stateless. */
final class DeviceCheck {
    private static final String ORDER = "CUDA_DEVICE_ORDER";

    private static final String SET_ORDER = "set spark.executorEnv." + ORDER + "=PCI_BUS_ID";

    private static final String MAKE_IT_SEEN =
            "build the job jar with the native library for GPUs (./mvnw -Pgpu package) and see that nvidia-smi works there, with"
                    + " CUDA 12.5 and cuDNN 9; or use --device cpu, and take no GPUs";

    private static final String GIVE_GPUS =
            "to use it, set spark.executor.resource.gpu.amount=1, spark.task.resource.gpu.amount and, on a standalone"
                    + " cluster's workers, spark.worker.resource.gpu.amount and .discoveryScript"
                    + " (deploy/gpu/discover-gpus.sh)";

    private DeviceCheck() {}

    /**
     * Judges.
     *
     * @param wanted what the user wants the model to run on
     * @param settingsProblems what stands in the way of that before any executor is asked
     */
    static Check of(
            DeviceChoice wanted,
            List<String> settingsProblems,
            Map<Executor, ExecutorFacts> executors,
            Map<Executor, EngineFacts> engines) {
        if (settingsProblems.isEmpty() && engines.values().stream().allMatch(engine -> engine.device() == null)) {
            return Check.skipped(Name.DEVICE, "needs TensorFlow");
        }
        Set<String> problems = new LinkedHashSet<>(settingsProblems);
        Map<Executor, String> said = new LinkedHashMap<>();
        Map<Executor, String> warnings = new LinkedHashMap<>();
        Set<String> advice = new LinkedHashSet<>();
        engines.forEach((executor, engine) -> {
            DeviceFacts device = engine.device();
            if (device == null) {
                said.put(executor, "not known without TensorFlow");
                return;
            }
            if (device.use() == null) {
                problems.add(String.valueOf(device.problem()));
                return;
            }
            said.put(executor, describe(executor, device, device.use(), executors.get(executor)));
            if (device.use().warning() != null) {
                warnings.put(executor, device.use().warning());
                advice.add(isGpu(device.use()) ? SET_ORDER : MAKE_IT_SEEN);
            } else if (wanted != DeviceChoice.CPU && hasIdleGpu(device.use(), executors.get(executor))) {
                warnings.put(executor, "this machine has a GPU, and Spark gives this executor none");
                advice.add(GIVE_GPUS);
            }
        });
        List<String> parts = new ArrayList<>(problems);
        if (!said.isEmpty()) {
            parts.add(Texts.byExecutor(said));
        }
        if (!warnings.isEmpty()) {
            parts.add(Texts.byExecutor(warnings));
        }
        String finding = String.join("; ", parts);
        if (!problems.isEmpty()) {
            return Check.fail(Name.DEVICE, finding, "do as said, or run with --device auto and --precision auto");
        }
        Result result = warnings.isEmpty() ? Result.PASS : Result.WARN;
        return new Check(Name.DEVICE, result, finding, warnings.isEmpty() ? null : String.join("; ", advice));
    }

    private static String describe(
            Executor executor, DeviceFacts device, DeviceUse use, @Nullable ExecutorFacts facts) {
        StringBuilder text = new StringBuilder(use.device()).append(" in ").append(use.precision());
        if (!executor.gpus().isEmpty()) {
            text.append(" (Spark gives it GPU ")
                    .append(String.join(", ", executor.gpus()))
                    .append(')');
        }
        if (isGpu(use)) {
            text.append(", TensorFlow computes on it");
            if (facts != null && facts.nvidia() != null) {
                text.append(", ").append(facts.nvidia());
            }
            String order = facts == null ? null : facts.cudaDeviceOrder();
            text.append(", ").append(ORDER).append(' ').append(order == null ? "not set" : order);
        } else {
            text.append(" (")
                    .append(device.processor())
                    .append(device.bf16() ? ", which computes in bfloat16" : ", which does not compute in bfloat16")
                    .append(')');
        }
        return text.append("; --precision auto is ").append(device.automatic()).toString();
    }

    private static boolean isGpu(DeviceUse use) {
        return use.device().startsWith("gpu");
    }

    /** Whether there is a GPU that nothing is computed on. */
    private static boolean hasIdleGpu(DeviceUse use, @Nullable ExecutorFacts facts) {
        return !isGpu(use) && facts != null && !facts.gpus().isEmpty();
    }
}
