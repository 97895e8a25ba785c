package dev.cardinal.udf;

import dev.cardinal.zoo.serving.Device;
import dev.cardinal.zoo.serving.Precision;
import java.io.Serializable;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What an executor ran a model on, for the record of a run.
 *
 * @param executor its id in Spark
 * @param host machine it ran on
 * @param gpuAddress the GPU that Spark gave it, null where none
 * @param device {@code cpu} or {@code gpu:<number>}
 * @param precision {@code fp32}, {@code bf16} or {@code fp16}
 * @param warning what the user should know of it, null where all is as it should be
 */
public record DeviceUse(
        String executor,
        String host,
        @Nullable String gpuAddress,
        String device,
        String precision,
        @Nullable String warning)
        implements Serializable {

    static DeviceUse of(
            String executor,
            String host,
            @Nullable String gpuAddress,
            Device device,
            Precision precision,
            @Nullable String warning) {
        return new DeviceUse(
                executor, host, gpuAddress, device.toString(), precision.name().toLowerCase(Locale.ROOT), warning);
    }

    /** In a few words, without the warning. */
    @Override
    public String toString() {
        return "executor " + executor + " on " + host + ": " + device + " " + precision;
    }
}
