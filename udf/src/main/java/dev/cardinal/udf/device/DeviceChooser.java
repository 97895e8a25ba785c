package dev.cardinal.udf.device;

import dev.cardinal.udf.options.ExecutionOptions.DeviceChoice;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.serving.Device;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the device of a process's model from the user's option, the GPUs that Spark assigns to its tasks and the GPUs
 * that TensorFlow can use. Immutable and thread-safe. Lives on executors; for a local run also on the driver.
 */
final class DeviceChooser {
    /** Advice for a GPU that TensorFlow cannot use. */
    private static final String MAKE_GPU_USABLE =
            "Build the job jar with the native library for GPUs (./mvnw -Pgpu package), and"
                    + " check that 'nvidia-smi' works on that machine and that its driver and CUDA have the"
                    + " versions that TensorFlow requires; or use --device cpu";

    /** Settings that make Spark assign GPUs. */
    private static final String SETTINGS =
            "set spark.executor.resource.gpu.amount=1, spark.task.resource.gpu.amount=1 (or a"
                    + " fraction, for several tasks on one GPU) and spark.executor.resource.gpu.discoveryScript (on a"
                    + " standalone cluster spark.worker.resource.gpu.amount and .discoveryScript of its workers) to"
                    + " deploy/gpu/discover-gpus.sh";

    private static final String ORDER = "CUDA_DEVICE_ORDER";
    private static final String PCI_ORDER = "PCI_BUS_ID";

    /** The role of this process in Spark. */
    enum Role {
        /** Driver and executor in one process. Spark assigns no GPUs here, so it may use the machine's first GPU. */
        LOCAL,
        /** An executor of a cluster. It uses only the GPU that Spark assigns. */
        EXECUTOR
    }

    /** Checks whether TensorFlow can use a GPU. */
    interface GpuCheck {
        /** Returns why TensorFlow cannot use the GPU, or empty if it can. */
        Optional<String> obstacle(Device gpu);
    }

    /**
     * The chosen device.
     *
     * @param device device to run on
     * @param warning what the user should know about the choice, null if nothing
     */
    record Choice(Device device, @Nullable String warning) {}

    private final Role role;
    private final GpuCheck gpus;
    private final Map<String, String> environment;

    /**
     * @param environment environment variables of the process
     */
    DeviceChooser(Role role, GpuCheck gpus, Map<String, String> environment) {
        this.role = role;
        this.gpus = gpus;
        this.environment = environment;
    }

    /**
     * Chooses the device for a task.
     *
     * @param addresses addresses of the GPUs that Spark assigned to the task
     * @throws CardinalException if a GPU is required but not usable, or if Spark assigned several GPUs
     */
    Choice choose(DeviceChoice wanted, List<String> addresses) {
        if (wanted == DeviceChoice.CPU) {
            return new Choice(Device.CPU, null);
        }
        if (addresses.size() > 1) {
            throw severalGpus("a task was assigned GPUs " + String.join(", ", addresses));
        }
        if (addresses.isEmpty()) {
            return role == Role.LOCAL ? firstGpu(wanted) : noGpu(wanted);
        }
        return assignedGpu(wanted, addresses.get(0));
    }

    private Choice firstGpu(DeviceChoice wanted) {
        Device gpu = Device.gpu(0);
        Optional<String> obstacle = gpus.obstacle(gpu);
        if (obstacle.isEmpty()) {
            return new Choice(gpu, null);
        }
        if (wanted == DeviceChoice.GPU) {
            throw unusable("--device gpu: TensorFlow cannot use a GPU of this machine", obstacle.get());
        }
        return new Choice(Device.CPU, null);
    }

    private static Choice noGpu(DeviceChoice wanted) {
        if (wanted == DeviceChoice.GPU) {
            throw noGpus("--device gpu: Spark assigns no GPU to this executor's tasks");
        }
        return new Choice(Device.CPU, null);
    }

    private Choice assignedGpu(DeviceChoice wanted, String address) {
        Device gpu = parse(address);
        Optional<String> obstacle = gpus.obstacle(gpu);
        if (obstacle.isEmpty()) {
            return withOrderWarning(gpu);
        }
        if (wanted == DeviceChoice.GPU) {
            throw unusable("--device gpu: TensorFlow cannot use GPU " + address + " of this executor", obstacle.get());
        }
        return new Choice(
                Device.CPU,
                "GPU " + address + ", which Spark assigned, is not used: " + obstacle.get() + cudaVisible());
    }

    private static Device parse(String address) {
        if (!address.matches("[0-9]{1,4}")) {
            throw CardinalException.usage(
                    "GPU address '" + address + "' is not a number: TensorFlow numbers GPUs in the order"
                            + " of the PCI bus, as deploy/gpu/discover-gpus.sh does; set it as the discovery script");
        }
        return Device.gpu(Integer.parseInt(address));
    }

    private Choice withOrderWarning(Device gpu) {
        String order = environment.get(ORDER);
        return new Choice(
                gpu,
                PCI_ORDER.equals(order)
                        ? null
                        : "it may not be the GPU that Spark assigned: " + ORDER + " is "
                                + (order == null ? "not set" : order) + " in its environment; set spark.executorEnv."
                                + ORDER + "=" + PCI_ORDER);
    }

    private CardinalException unusable(String what, String why) {
        return CardinalException.usage(what + ": " + why + cudaVisible() + ". " + MAKE_GPU_USABLE);
    }

    /** Mentions CUDA_VISIBLE_DEVICES if it is set, because GPU numbers then refer to its list. */
    private String cudaVisible() {
        String visible = environment.get("CUDA_VISIBLE_DEVICES");
        return visible == null ? "" : " (CUDA_VISIBLE_DEVICES is '" + visible + "')";
    }

    /** Creates the error for more than one GPU in a process. */
    static CardinalException severalGpus(String what) {
        return CardinalException.usage(
                what + ": only one GPU per executor is supported. Set spark.executor.resource.gpu.amount=1 and"
                        + " spark.task.resource.gpu.amount to 1 or a fraction, and run more executors");
    }

    /** Creates the error for a cluster that does not assign the GPU that the user wants. */
    static CardinalException noGpus(String what) {
        return CardinalException.usage(what + ": " + SETTINGS);
    }
}
