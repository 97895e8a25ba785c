package dev.cardinal.zoo.graph;

import dev.cardinal.zoo.serving.Device;
import dev.cardinal.zoo.serving.SessionSettings;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.GPUOptions;
import org.tensorflow.proto.RewriterConfig;

/**
 * Configurations of TensorFlow sessions. Sessions of a process that use a GPU must agree on it and on how its memory grows: they
 * all have their configuration from here.
 */
final class SessionConfigs {
    /**
     * Operations of one batch run one after another, each on all threads: side by side they are in each other's way, which cost a few
     * percent. Several callers still run side by side.
     */
    private static final int IN_THE_CALLERS_THREAD = -1;

    private SessionConfigs() {}

    /**
     * A session on one device, which a graph knows as {@code /CPU:0} or {@code /GPU:0}. On a GPU, memory is taken as it is needed,
     * and operations without a kernel for it run on the CPU.
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
        switch (settings.precision()) {
            case FP32 -> {}
            case BF16 -> rewriter.setAutoMixedPrecisionOnednnBfloat16(RewriterConfig.Toggle.ON);
            case FP16 -> rewriter.setAutoMixedPrecision(RewriterConfig.Toggle.ON);
        }
        return config.build();
    }
}
