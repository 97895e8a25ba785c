package dev.cardinal.zoo.graph;

import dev.cardinal.zoo.serving.Device;
import dev.cardinal.zoo.serving.SessionSettings;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.GPUOptions;

/**
 * Configurations of TensorFlow sessions. Sessions of a process that use a GPU must agree on it and on how its memory grows: they
 * all have their configuration from here.
 */
final class SessionConfigs {
    private SessionConfigs() {}

    /**
     * A session on one device, which a graph knows as {@code /CPU:0} or {@code /GPU:0}. On a GPU, memory is taken as it is needed,
     * and operations without a kernel for it run on the CPU.
     */
    static ConfigProto of(SessionSettings settings) {
        ConfigProto.Builder config = ConfigProto.newBuilder().setIntraOpParallelismThreads(settings.threads());
        Device device = settings.device();
        switch (device.kind()) {
            case CPU -> config.putDeviceCount("GPU", 0);
            case GPU ->
                config.setAllowSoftPlacement(true)
                        .setGpuOptions(GPUOptions.newBuilder()
                                .setAllowGrowth(true)
                                .setVisibleDeviceList(Integer.toString(device.index())));
        }
        return config.build();
    }
}
