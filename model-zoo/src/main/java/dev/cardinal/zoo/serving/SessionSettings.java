package dev.cardinal.zoo.serving;

/**
 * The settings of a session.
 *
 * @param device device of the session
 * @param precision arithmetic of the convolutions
 * @param threads size of TensorFlow's intra-op pool, which all sessions of a process share; the first session sets it
 */
public record SessionSettings(Device device, Precision precision, int threads) {

    public SessionSettings {
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be at least 1: " + threads);
        }
    }

    /** Returns the settings for 32-bit arithmetic on all processors that the process may use. */
    public static SessionSettings cpu() {
        return new SessionSettings(
                Device.CPU, Precision.FP32, Runtime.getRuntime().availableProcessors());
    }
}
