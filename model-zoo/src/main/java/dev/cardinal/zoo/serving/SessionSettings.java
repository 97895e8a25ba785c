package dev.cardinal.zoo.serving;

/**
 * How a session runs a model.
 *
 * @param device what it computes on
 * @param precision arithmetic of the convolutions
 * @param threads of TensorFlow's one intra-op pool of the process; the first session of a process decides
 */
public record SessionSettings(Device device, Precision precision, int threads) {

    public SessionSettings {
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be at least 1: " + threads);
        }
    }

    /** 32-bit arithmetic on every processor that the process may use. */
    public static SessionSettings cpu() {
        return new SessionSettings(
                Device.CPU, Precision.FP32, Runtime.getRuntime().availableProcessors());
    }
}
