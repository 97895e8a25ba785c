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

/** Whether TensorFlow computes on a GPU, found out by computing on it, once for each in a process. Thread-safe. */
public final class GpuProbe {
    private static final String SUM = "sum";
    private static final Map<Device, Optional<String>> FOUND = new ConcurrentHashMap<>();

    private GpuProbe() {}

    /**
     * Computes a sum on a GPU.
     *
     * @param gpu the only GPU that this process may use: a process that has used one cannot use another
     * @param threads of the intra-op pool, as the model's session will ask for
     * @return what is in the way, empty where TensorFlow computes on it
     */
    public static Optional<String> obstacle(Device gpu, int threads) {
        if (gpu.kind() != Device.Kind.GPU) {
            throw new IllegalArgumentException("no GPU: " + gpu);
        }
        return FOUND.computeIfAbsent(gpu, device -> compute(new SessionSettings(device, Precision.FP32, threads)));
    }

    private static Optional<String> compute(SessionSettings settings) {
        TensorFlowLog.applyLevel(settings.threads());
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
                return sum == 2 ? Optional.empty() : Optional.of("it says that 1 and 1 are " + sum);
            }
        } catch (RuntimeException e) { // what TensorFlow throws has no other type in common
            return Optional.of(explain(String.valueOf(e.getMessage())));
        }
    }

    /** What TensorFlow says where it cannot place an operation on a GPU, in few words. */
    static String explain(String message) {
        if (message.contains("CUDA is not enabled")) {
            return "TensorFlow's native library here is the one for CPUs";
        }
        if (message.contains("available devices are")) {
            return "TensorFlow's native library finds no GPU it can use: its log says more (driver, CUDA, cuDNN)";
        }
        return message.lines().findFirst().orElse("no reason given");
    }
}
