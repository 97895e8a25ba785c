package dev.cardinal.udf.device;

import dev.cardinal.udf.device.DeviceChooser.Choice;
import dev.cardinal.udf.device.DeviceChooser.Role;
import dev.cardinal.udf.options.ExecutionOptions;
import dev.cardinal.udf.options.ExecutionOptions.DeviceChoice;
import dev.cardinal.udf.options.ExecutionOptions.PrecisionChoice;
import dev.cardinal.udf.task.ExecutorCores;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.graph.GpuProbe;
import dev.cardinal.zoo.serving.Device;
import dev.cardinal.zoo.serving.Precision;
import dev.cardinal.zoo.serving.SessionSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The device and precision of a task's model. A process chooses them once for each combination of options and GPUs.
 * Immutable; lives on executors.
 *
 * @param settings the selection as settings of the TensorFlow session
 * @param use the selection for the record of the run
 */
public record DeviceSelection(SessionSettings settings, DeviceUse use) {
    private static final Logger LOG = LoggerFactory.getLogger(DeviceSelection.class);
    private static final String GPU_RESOURCE = "gpu";
    private static final String DRIVER = "driver";

    private static final Map<DeviceRequest, DeviceSelection> SELECTIONS = new HashMap<>();
    private static @Nullable Device gpuOfProcess;

    private record DeviceRequest(DeviceChoice device, PrecisionChoice precision, List<String> addresses) {}

    /**
     * Selects the device and precision for a task; outside of a task, for example on a driver, selects the CPU.
     *
     * @throws CardinalException if the requested device or precision is not available on this machine
     */
    public static DeviceSelection of(@Nullable TaskContext task, ExecutionOptions options) {
        DeviceRequest request = task == null
                ? new DeviceRequest(DeviceChoice.CPU, options.precision(), List.of())
                : new DeviceRequest(options.device(), options.precision(), addresses(task));
        synchronized (SELECTIONS) {
            DeviceSelection selection = SELECTIONS.get(request);
            if (selection == null) {
                selection = select(request);
                SELECTIONS.put(request, selection);
            }
            return selection;
        }
    }

    private static List<String> addresses(TaskContext task) {
        ResourceInformation gpus = task.resourcesJMap().get(GPU_RESOURCE);
        return gpus == null ? List.of() : List.of(gpus.addresses());
    }

    private static DeviceSelection select(DeviceRequest request) {
        SparkEnv spark = SparkEnv.get();
        String executor = spark == null ? DRIVER : spark.executorId();
        String host = spark == null
                ? "localhost"
                : spark.blockManager().blockManagerId().host();
        int threads = ExecutorCores.count();
        DeviceChooser chooser = new DeviceChooser(
                executor.equals(DRIVER) ? Role.LOCAL : Role.EXECUTOR,
                gpu -> {
                    requireOneGpu(gpu);
                    return GpuProbe.obstacle(gpu, threads);
                },
                System.getenv());
        Choice choice = chooser.choose(request.device(), request.addresses());
        Precision precision = PrecisionChooser.choose(request.precision(), choice.device(), processor());
        DeviceUse use = new DeviceUse(
                executor,
                host,
                request.addresses().isEmpty() ? null : request.addresses().get(0),
                choice.device().toString(),
                precision.name().toLowerCase(Locale.ROOT),
                choice.warning());
        LOG.info("the model runs on {} in {}", choice.device(), use.precision());
        if (choice.warning() != null) {
            LOG.warn("{}: {}", use, choice.warning());
        }
        return new DeviceSelection(new SessionSettings(choice.device(), precision, threads), use);
    }

    /** Checks that all tasks use the same GPU, because TensorFlow initializes its devices only once in a process. */
    private static void requireOneGpu(Device gpu) {
        Device earlier = gpuOfProcess;
        if (earlier != null && !earlier.equals(gpu)) {
            throw DeviceChooser.severalGpus(
                    "tasks of this executor were assigned GPUs " + earlier.index() + " and " + gpu.index());
        }
        gpuOfProcess = gpu;
    }

    private static ProcessorFeatures processor() {
        try {
            return ProcessorFeatures.read(ProcessorFeatures.CPUINFO);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + ProcessorFeatures.CPUINFO, e);
        }
    }
}
