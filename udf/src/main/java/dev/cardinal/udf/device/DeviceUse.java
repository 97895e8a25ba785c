package dev.cardinal.udf.device;

import dev.cardinal.zoo.PublicApi;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * The device and precision that an executor used, for the record of a run. Immutable and serializable.
 *
 * @param executor Spark's id of the executor
 * @param host machine of the executor
 * @param gpuAddress address of the GPU that Spark assigned, null if none
 * @param device {@code cpu} or {@code gpu:<number>}
 * @param precision {@code fp32}, {@code bf16} or {@code fp16}
 * @param warning what the user should know about the choice, null if nothing
 */
@PublicApi
public record DeviceUse(
        String executor,
        String host,
        @Nullable String gpuAddress,
        String device,
        String precision,
        @Nullable String warning)
        implements Serializable {

    /** Returns a short description without the warning. */
    @Override
    public String toString() {
        return "executor " + executor + " on " + host + ": " + device + " " + precision;
    }
}
