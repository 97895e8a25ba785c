package dev.cardinal.udf;

import java.io.Serializable;

/**
 * How images go through an executor; nothing here changes what a row says, but for precision in the last digits.
 *
 * @param batchSize images that the model classifies at once, at most
 * @param prefetch reads in flight in each task
 * @param precision arithmetic of the model
 * @param device what the model runs on
 * @param distribution how executors come by the model
 */
public record EngineOptions(
        int batchSize, int prefetch, PrecisionChoice precision, DeviceChoice device, ModelDistribution distribution)
        implements Serializable {

    public static final int DEFAULT_BATCH_SIZE = 32;
    public static final int DEFAULT_PREFETCH = 8;

    /** What the user wants of the model's arithmetic. */
    public enum PrecisionChoice {
        /** The fastest that the device does well. */
        AUTO,
        FP32,
        BF16,
        FP16
    }

    /** What the user wants the model to run on. */
    public enum DeviceChoice {
        /** The executor's GPU where it has one, else its CPU. */
        AUTO,
        CPU,
        GPU
    }

    /** How a model gets to executors. */
    public enum ModelDistribution {
        /** The driver reads it and sends it to all, through Spark's broadcasts. */
        BROADCAST,
        /** Every executor reads it where it lies, which all must be able to. */
        SHARED
    }

    public EngineOptions {
        if (batchSize < 1 || prefetch < 1) {
            throw new IllegalArgumentException(
                    "batchSize and prefetch must be at least 1: " + batchSize + ", " + prefetch);
        }
    }

    public static EngineOptions defaults() {
        return new EngineOptions(
                DEFAULT_BATCH_SIZE,
                DEFAULT_PREFETCH,
                PrecisionChoice.FP32,
                DeviceChoice.AUTO,
                ModelDistribution.BROADCAST);
    }

    /** The same options with another batch size. */
    public EngineOptions withBatchSize(int other) {
        return new EngineOptions(other, prefetch, precision, device, distribution);
    }

    /** The same options with another choice of device and arithmetic. */
    public EngineOptions on(DeviceChoice otherDevice, PrecisionChoice otherPrecision) {
        return new EngineOptions(batchSize, prefetch, otherPrecision, otherDevice, distribution);
    }
}
