package dev.cardinal.udf;

import dev.cardinal.udf.EngineOptions.DeviceChoice;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.serving.Device;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decides what a process's model runs on, from what the user wants, what Spark gives its tasks and what TensorFlow sees. Stateless
 * but for what it is made of, and thread-safe.
 */
final class DeviceChooser {
    /** What to do about a GPU that TensorFlow does not see. */
    private static final String MAKE_IT_SEEN =
            "Build the job jar with the native library for GPUs (./mvnw -Pgpu package), and"
                    + " see that 'nvidia-smi' works there and that its driver and CUDA are those that TensorFlow asks for; or use"
                    + " --device cpu";

    /** How Spark is told of GPUs. */
    private static final String SETTINGS =
            "set spark.executor.resource.gpu.amount=1, spark.task.resource.gpu.amount=1 (or a"
                    + " fraction, for several tasks on one GPU) and spark.executor.resource.gpu.discoveryScript (on a standalone"
                    + " cluster spark.worker.resource.gpu.amount and .discoveryScript of its workers) to deploy/gpu/discover-gpus.sh";

    private static final String ORDER = "CUDA_DEVICE_ORDER";
    private static final String PCI_ORDER = "PCI_BUS_ID";

    /** What this process is to Spark. */
    enum Role {
        /** Driver and executor in one: Spark gives its tasks no GPU, so that it may use the machine's first. */
        LOCAL,
        /** An executor of a cluster, which uses what Spark gives it. */
        EXECUTOR
    }

    /** Whether TensorFlow computes on a GPU. */
    interface Gpus {
        /** What is in the way, empty where it does. */
        Optional<String> obstacle(Device gpu);
    }

    /**
     * A decision.
     *
     * @param device what to run on
     * @param warning what the user should know of it, null where all is as it should be
     */
    record Chosen(Device device, @Nullable String warning) {}

    private final Role role;
    private final Gpus gpus;
    private final Map<String, String> environment;

    /**
     * @param environment variables of the process
     */
    DeviceChooser(Role role, Gpus gpus, Map<String, String> environment) {
        this.role = role;
        this.gpus = gpus;
        this.environment = environment;
    }

    /**
     * Decides for a task.
     *
     * @param addresses the GPUs that Spark gives it
     * @throws CardinalException if it must run on a GPU and cannot, or on more than one
     */
    Chosen choose(DeviceChoice wanted, List<String> addresses) {
        if (wanted == DeviceChoice.CPU) {
            return new Chosen(Device.CPU, null);
        }
        if (addresses.size() > 1) {
            throw severalGpus("a task was given GPUs " + String.join(", ", addresses));
        }
        if (addresses.isEmpty()) {
            return role == Role.LOCAL ? first(wanted) : none(wanted);
        }
        return given(wanted, addresses.get(0));
    }

    private Chosen first(DeviceChoice wanted) {
        Device gpu = Device.gpu(0);
        Optional<String> obstacle = gpus.obstacle(gpu);
        if (obstacle.isEmpty()) {
            return new Chosen(gpu, null);
        }
        if (wanted == DeviceChoice.GPU) {
            throw unseen("--device gpu: TensorFlow cannot use a GPU of this machine", obstacle.get());
        }
        return new Chosen(Device.CPU, null);
    }

    private static Chosen none(DeviceChoice wanted) {
        if (wanted == DeviceChoice.GPU) {
            throw noGpus("--device gpu: Spark gives this executor's tasks no GPU");
        }
        return new Chosen(Device.CPU, null);
    }

    private Chosen given(DeviceChoice wanted, String address) {
        Device gpu = parse(address);
        Optional<String> obstacle = gpus.obstacle(gpu);
        if (obstacle.isEmpty()) {
            return on(gpu);
        }
        if (wanted == DeviceChoice.GPU) {
            throw unseen("--device gpu: TensorFlow cannot use GPU " + address + " of this executor", obstacle.get());
        }
        return new Chosen(
                Device.CPU,
                "GPU " + address + ", which Spark gives it, is not used: " + obstacle.get() + cudaVisible());
    }

    private static Device parse(String address) {
        if (!address.matches("[0-9]{1,4}")) {
            throw CardinalException.usage(
                    "GPU address '" + address + "' is no number: TensorFlow knows GPUs by their place in"
                            + " the order of the PCI bus, which deploy/gpu/discover-gpus.sh gives; name it as the discovery script");
        }
        return Device.gpu(Integer.parseInt(address));
    }

    private Chosen on(Device gpu) {
        String order = environment.get(ORDER);
        return new Chosen(
                gpu,
                PCI_ORDER.equals(order)
                        ? null
                        : "it may not be the GPU that Spark means: " + ORDER + " is "
                                + (order == null ? "not set" : order) + " in its environment; set spark.executorEnv."
                                + ORDER + "=" + PCI_ORDER);
    }

    private CardinalException unseen(String what, String why) {
        return CardinalException.usage(what + ": " + why + cudaVisible() + ". " + MAKE_IT_SEEN);
    }

    /** Numbers count within this variable's list, where somebody has set it. */
    private String cudaVisible() {
        String visible = environment.get("CUDA_VISIBLE_DEVICES");
        return visible == null ? "" : " (CUDA_VISIBLE_DEVICES is '" + visible + "')";
    }

    /** More GPUs than one in a process. */
    static CardinalException severalGpus(String what) {
        return CardinalException.usage(
                what + ": one GPU an executor is supported. Set spark.executor.resource.gpu.amount=1 and"
                        + " spark.task.resource.gpu.amount to 1 or a fraction, and run more executors");
    }

    /** What is wrong with a cluster's settings where a GPU is wanted. */
    static CardinalException noGpus(String what) {
        return CardinalException.usage(what + ": " + SETTINGS);
    }
}
