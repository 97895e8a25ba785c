package dev.cardinal.udf.device;

import dev.cardinal.udf.device.DeviceChooser.GpuCheck;
import dev.cardinal.udf.device.DeviceChooser.Role;
import dev.cardinal.udf.options.ExecutionOptions;
import dev.cardinal.udf.options.ExecutionOptions.DeviceChoice;
import dev.cardinal.udf.options.ExecutionOptions.PrecisionChoice;
import dev.cardinal.udf.task.ExecutorCores;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.graph.GpuProbe;
import dev.cardinal.zoo.serving.Device;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkConf;

/**
 * Checks, before anything starts, whether a Spark application can provide the device and the precision that a run
 * requests. Stateless and thread-safe; lives on the driver.
 */
public final class DevicePreflight {
    private static final String TASK_AMOUNT = "spark.task.resource.gpu.amount";
    private static final String EXECUTOR_AMOUNT = "spark.executor.resource.gpu.amount";

    private DevicePreflight() {}

    /** The properties of a machine that a local run depends on. */
    record Machine(GpuCheck gpus, Map<String, String> environment, ProcessorFeatures processor) {}

    /**
     * Checks a configuration and, for a local run, this machine.
     *
     * @return every problem; empty if the application can start
     * @throws IOException if the processor's description cannot be read
     */
    public static List<String> problems(ExecutionOptions options, SparkConf configuration) throws IOException {
        int threads = ExecutorCores.of(configuration, Runtime.getRuntime().availableProcessors());
        return problems(
                options,
                configuration,
                new Machine(
                        gpu -> GpuProbe.obstacle(gpu, threads),
                        System.getenv(),
                        ProcessorFeatures.read(ProcessorFeatures.CPUINFO)));
    }

    static List<String> problems(ExecutionOptions options, SparkConf configuration, Machine machine) {
        if (options.device() == DeviceChoice.CPU && options.precision() == PrecisionChoice.FP16) {
            return List.of("--precision fp16 needs a GPU, and --device is cpu: use --precision fp32, or auto");
        }
        if (options.device() == DeviceChoice.GPU && options.precision() == PrecisionChoice.BF16) {
            return List.of("--precision bf16 runs only on CPUs, and --device is gpu: use --precision fp16, or auto");
        }
        return ExecutorCores.isLocal(configuration) ? local(options, machine) : cluster(options, configuration);
    }

    /** Chooses as the run itself does, unless the options work on every machine. */
    private static List<String> local(ExecutionOptions options, Machine machine) {
        boolean worksAnywhere = options.device() != DeviceChoice.GPU
                && (options.precision() == PrecisionChoice.FP32 || options.precision() == PrecisionChoice.AUTO);
        if (worksAnywhere) {
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

    private static List<String> cluster(ExecutionOptions options, SparkConf configuration) {
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
            problems.add("--precision bf16 runs only on CPUs, and this Spark application assigns GPUs to its tasks: use"
                    + " --precision fp16 or auto, or --device cpu");
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
        return String.valueOf(DeviceChooser.noGpus(what + ", and this Spark application assigns no GPUs to its tasks")
                .getMessage());
    }
}
