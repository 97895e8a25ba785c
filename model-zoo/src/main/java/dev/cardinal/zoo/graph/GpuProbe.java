package dev.cardinal.zoo.graph;

import dev.cardinal.zoo.serving.Device;
import dev.cardinal.zoo.serving.Precision;
import dev.cardinal.zoo.serving.SessionSettings;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.tensorflow.DeviceSpec;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/** Checks whether TensorFlow can compute on a GPU by computing on it, once per GPU and process. Thread-safe. */
public final class GpuProbe {
    private static final String SUM = "sum";
    private static final Map<Device, Optional<String>> FOUND = new ConcurrentHashMap<>();

    private GpuProbe() {}

    /**
     * Computes a sum on a GPU and returns the reason if that fails.
     *
     * @param gpu the only GPU that this process may use; a process that has used one GPU cannot use another
     * @param threads size of the intra-op pool, the same as for the session of the model
     * @return the reason, or empty if TensorFlow computes on the GPU
     */
    public static Optional<String> obstacle(Device gpu, int threads) {
        if (gpu.kind() != Device.Kind.GPU) {
            throw new IllegalArgumentException("not a GPU: " + gpu);
        }
        return FOUND.computeIfAbsent(gpu, device -> compute(new SessionSettings(device, Precision.FP32, threads)));
    }

    private static Optional<String> compute(SessionSettings settings) {
        TensorFlowRuntime.prepare(settings.threads());
        try (Graph graph = new Graph()) {
            Ops gpu = Ops.create(graph)
                    .withDevice(DeviceSpec.newBuilder()
                            .deviceType(DeviceSpec.DeviceType.GPU)
                            .deviceIndex(0)
                            .build());
            Placeholder<TFloat32> one = gpu.placeholder(TFloat32.class);
            gpu.withName(SUM).math.add(one, one);
            try (Session session = new Session(
                            graph,
                            SessionConfigs.of(settings).toBuilder()
                                    .setAllowSoftPlacement(false)
                                    .build());
                    TFloat32 input = TFloat32.scalarOf(1);
                    Result result = session.runner().feed(one, input).fetch(SUM).run()) {
                float sum = ((TFloat32) result.get(0)).getFloat();
                return sum == 2 ? Optional.empty() : Optional.of("it computed 1 + 1 = " + sum);
            }
        } catch (RuntimeException e) { // the only common type of the exceptions of TensorFlow
            return Optional.of(explain(String.valueOf(e.getMessage())));
        }
    }

    /** Shortens the message of TensorFlow for an operation that cannot be placed on a GPU. */
    static String explain(String message) {
        if (message.contains("CUDA is not enabled")) {
            return "TensorFlow's native library is the one for CPUs";
        }
        if (message.contains("available devices are")) {
            return "TensorFlow's native library finds no usable GPU; see its log for the reason (driver, CUDA, cuDNN)";
        }
        return message.lines().findFirst().orElse("unknown reason");
    }
}
