package dev.cardinal.udf;

import dev.cardinal.udf.DeviceChooser.Chosen;
import dev.cardinal.udf.DeviceChooser.Role;
import dev.cardinal.udf.EngineOptions.DeviceChoice;
import dev.cardinal.udf.EngineOptions.PrecisionChoice;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.graph.GpuProbe;
import dev.cardinal.zoo.serving.Device;
import dev.cardinal.zoo.serving.Precision;
import dev.cardinal.zoo.serving.SessionSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a task's model runs on and how, decided once in a process for each combination of options and GPU. Lives on executors.
 *
 * @param settings of the session
 * @param use the same for the record of the run
 */
record TaskEngine(SessionSettings settings, DeviceUse use) {
    private static final Logger LOG = LoggerFactory.getLogger(TaskEngine.class);
    private static final String GPU_RESOURCE = "gpu";
    private static final String DRIVER = "driver";

    private static final Map<Question, TaskEngine> DECIDED = new HashMap<>();
    private static @Nullable Device gpuOfProcess;

    private record Question(DeviceChoice device, PrecisionChoice precision, List<String> addresses) {}

    /**
     * Decides for a task; outside of one, as on a driver, it is the CPU.
     *
     * @throws CardinalException if what the user wants is not to be had here
     */
    static TaskEngine of(@Nullable TaskContext task, EngineOptions options) {
        Question question = task == null
                ? new Question(DeviceChoice.CPU, options.precision(), List.of())
                : new Question(options.device(), options.precision(), addresses(task));
        synchronized (DECIDED) {
            TaskEngine decided = DECIDED.get(question);
            if (decided == null) {
                decided = decide(question);
                DECIDED.put(question, decided);
            }
            return decided;
        }
    }

    private static List<String> addresses(TaskContext task) {
        ResourceInformation gpus = task.resourcesJMap().get(GPU_RESOURCE);
        return gpus == null ? List.of() : List.of(gpus.addresses());
    }

    private static TaskEngine decide(Question question) {
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
        Chosen chosen = chooser.choose(question.device(), question.addresses());
        Precision precision = PrecisionChooser.choose(question.precision(), chosen.device(), processor());
        DeviceUse use = DeviceUse.of(
                executor,
                host,
                question.addresses().isEmpty() ? null : question.addresses().get(0),
                chosen.device(),
                precision,
                chosen.warning());
        LOG.info("the model runs on {} in {}", chosen.device(), use.precision());
        if (chosen.warning() != null) {
            LOG.warn("{}: {}", use, chosen.warning());
        }
        return new TaskEngine(new SessionSettings(chosen.device(), precision, threads), use);
    }

    /** TensorFlow maps its first device once in a process. */
    private static void requireOneGpu(Device gpu) {
        Device earlier = gpuOfProcess;
        if (earlier != null && !earlier.equals(gpu)) {
            throw DeviceChooser.severalGpus(
                    "tasks of this executor were given GPUs " + earlier.index() + " and " + gpu.index());
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
