package dev.cardinal.udf.options;

import dev.cardinal.zoo.PublicApi;
import java.io.Serializable;

/**
 * Options of how an executor processes images. They do not change the rows, except that precision changes the last
 * digits of scores.
 *
 * @param batchSize largest number of images that the model classifies at once; of images with several views, each view counts
 * @param prefetch reads in flight in each task
 * @param precision arithmetic of the model
 * @param device what the model runs on
 * @param distribution how executors get the model
 */
@PublicApi
public record ExecutionOptions(
        int batchSize, int prefetch, PrecisionChoice precision, DeviceChoice device, ModelDistribution distribution)
        implements Serializable {

    public static final int DEFAULT_BATCH_SIZE = 32;
    public static final int DEFAULT_PREFETCH = 8;

    /** The arithmetic of the model that the user asks for. */
    public enum PrecisionChoice {
        /** The fastest arithmetic that the device supports well. */
        AUTO,
        FP32,
        BF16,
        FP16
    }

    /** The device that the user asks for. */
    public enum DeviceChoice {
        /** The executor's GPU if it has one, else its CPU. */
        AUTO,
        CPU,
        GPU
    }

    /** How executors get the model. */
    public enum ModelDistribution {
        /** The driver reads the model and sends it to all executors in Spark broadcasts. */
        BROADCAST,
        /** Every executor reads the model from its directory, which must be accessible to all of them. */
        SHARED
    }

    public ExecutionOptions {
        if (batchSize < 1 || prefetch < 1) {
            throw new IllegalArgumentException(
                    "batchSize and prefetch must be at least 1: " + batchSize + ", " + prefetch);
        }
    }

    public static ExecutionOptions defaults() {
        return new ExecutionOptions(
                DEFAULT_BATCH_SIZE,
                DEFAULT_PREFETCH,
                PrecisionChoice.FP32,
                DeviceChoice.AUTO,
                ModelDistribution.BROADCAST);
    }

    /** Returns these options with another batch size. */
    public ExecutionOptions withBatchSize(int other) {
        return new ExecutionOptions(other, prefetch, precision, device, distribution);
    }

    /** Returns these options with another choice of device and arithmetic. */
    public ExecutionOptions on(DeviceChoice otherDevice, PrecisionChoice otherPrecision) {
        return new ExecutionOptions(batchSize, prefetch, otherPrecision, otherDevice, distribution);
    }
}
