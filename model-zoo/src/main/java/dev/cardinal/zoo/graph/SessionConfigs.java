package dev.cardinal.zoo.graph;

import dev.cardinal.zoo.serving.Device;
import dev.cardinal.zoo.serving.SessionSettings;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.GPUOptions;
import org.tensorflow.proto.RewriterConfig;

/**
 * Creates the configurations of all TensorFlow sessions. Sessions of one process that use a GPU must agree on the GPU
 * and on its memory growth; they do, because all of them get their configuration here. Stateless and thread-safe.
 */
final class SessionConfigs {
    /**
     * Runs the operations of one batch one after another, each on all threads. Parallel operations would slow each
     * other down by a few percent. Several callers still run in parallel.
     */
    private static final int IN_THE_CALLERS_THREAD = -1;

    private SessionConfigs() {}

    /**
     * Returns the configuration for one device, which has the name {@code /CPU:0} or {@code /GPU:0} in a graph. On a
     * GPU, memory is allocated on demand, and operations without a GPU kernel run on the CPU.
     */
    static ConfigProto of(SessionSettings settings) {
        ConfigProto.Builder config = ConfigProto.newBuilder().setIntraOpParallelismThreads(settings.threads());
        Device device = settings.device();
        switch (device.kind()) {
            case CPU -> config.putDeviceCount("GPU", 0).setInterOpParallelismThreads(IN_THE_CALLERS_THREAD);
            case GPU ->
                config.setAllowSoftPlacement(true)
                        .setGpuOptions(GPUOptions.newBuilder()
                                .setAllowGrowth(true)
                                .setVisibleDeviceList(Integer.toString(device.index())));
        }
        RewriterConfig.Builder rewriter = config.getGraphOptionsBuilder().getRewriteOptionsBuilder();
        if (device.kind() == Device.Kind.CPU && !TensorFlowRuntime.usesOneDnn()) {
            // Without oneDNN, no kernel runs the fused convolutions with groups that this optimizer creates.
            rewriter.setRemapping(RewriterConfig.Toggle.OFF);
        }
        switch (settings.precision()) {
            case FP32 -> {}
            case BF16 -> rewriter.setAutoMixedPrecisionOnednnBfloat16(RewriterConfig.Toggle.ON);
            case FP16 -> rewriter.setAutoMixedPrecision(RewriterConfig.Toggle.ON);
        }
        return config.build();
    }
}
