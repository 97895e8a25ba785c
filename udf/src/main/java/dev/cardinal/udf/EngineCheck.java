package dev.cardinal.udf;

import dev.cardinal.udf.DeviceChooser.Gpus;
import dev.cardinal.udf.DeviceChooser.Role;
import dev.cardinal.udf.EngineOptions.DeviceChoice;
import dev.cardinal.udf.EngineOptions.PrecisionChoice;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.graph.GpuProbe;
import dev.cardinal.zoo.serving.Device;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkConf;

/**
 * Whether a Spark application can give a run the device and the arithmetic it asks for: what a driver can tell before anything
 * starts. Stateless and thread-safe; lives on the driver.
 */
public final class EngineCheck {
    private static final String TASK_AMOUNT = "spark.task.resource.gpu.amount";
    private static final String EXECUTOR_AMOUNT = "spark.executor.resource.gpu.amount";

    private EngineCheck() {}

    /** A machine, as far as a local run depends on it. */
    record Machine(Gpus gpus, Map<String, String> environment, ProcessorFeatures processor) {}

    /**
     * Looks at a configuration and, for a local run, at this machine.
     *
     * @return every problem, none where the application can start
     * @throws IOException if the processor's description cannot be read
     */
    public static List<String> problems(EngineOptions options, SparkConf configuration) throws IOException {
        int threads = ExecutorCores.of(configuration, Runtime.getRuntime().availableProcessors());
        return problems(
                options,
                configuration,
                new Machine(
                        gpu -> GpuProbe.obstacle(gpu, threads),
                        System.getenv(),
                        ProcessorFeatures.read(ProcessorFeatures.CPUINFO)));
    }

    static List<String> problems(EngineOptions options, SparkConf configuration, Machine machine) {
        if (options.device() == DeviceChoice.CPU && options.precision() == PrecisionChoice.FP16) {
            return List.of("--precision fp16 needs a GPU, and --device is cpu: use --precision fp32, or auto");
        }
        if (options.device() == DeviceChoice.GPU && options.precision() == PrecisionChoice.BF16) {
            return List.of("--precision bf16 is for processors, and --device is gpu: use --precision fp16, or auto");
        }
        return ExecutorCores.isLocal(configuration) ? local(options, machine) : cluster(options, configuration);
    }

    /** Decides as the run itself will, where the answer may be no. */
    private static List<String> local(EngineOptions options, Machine machine) {
        boolean anyWay = options.device() != DeviceChoice.GPU
                && (options.precision() == PrecisionChoice.FP32 || options.precision() == PrecisionChoice.AUTO);
        if (anyWay) {
            return List.of();
        }
        try {
            Device device = new DeviceChooser(Role.LOCAL, machine.gpus(), machine.environment())
                    .choose(options.device(), List.of())
                    .device();
            PrecisionChooser.choose(options.precision(), device, machine.processor());
            return List.of();
        } catch (CardinalException e) {
            return List.of(String.valueOf(e.getMessage()));
        }
    }

    private static List<String> cluster(EngineOptions options, SparkConf configuration) {
        if (options.device() == DeviceChoice.CPU) {
            return List.of();
        }
        List<String> problems = new ArrayList<>();
        for (String amount : List.of(EXECUTOR_AMOUNT, TASK_AMOUNT)) {
            if (configuration.getDouble(amount, 0) > 1) {
                problems.add(String.valueOf(DeviceChooser.severalGpus(amount + " is " + configuration.get(amount))
                        .getMessage()));
            }
        }
        if (configuration.getDouble(TASK_AMOUNT, 0) > 0 && options.precision() == PrecisionChoice.BF16) {
            problems.add(
                    "--precision bf16 is for processors, and this Spark application gives its tasks GPUs: use --precision"
                            + " fp16 or auto, or --device cpu");
        }
        if (configuration.getDouble(TASK_AMOUNT, 0) == 0) {
            if (options.device() == DeviceChoice.GPU) {
                problems.add(noGpus("--device gpu"));
            } else if (options.precision() == PrecisionChoice.FP16) {
                problems.add(noGpus("--precision fp16 needs GPUs"));
            }
        }
        return problems;
    }

    private static String noGpus(String what) {
        return String.valueOf(DeviceChooser.noGpus(what + ", and this Spark application gives its tasks none")
                .getMessage());
    }
}
