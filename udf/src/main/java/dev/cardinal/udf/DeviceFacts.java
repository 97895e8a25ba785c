package dev.cardinal.udf;

import dev.cardinal.udf.EngineOptions.PrecisionChoice;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.serving.Precision;
import java.io.IOException;
import java.io.Serializable;
import java.util.Locale;
import org.apache.spark.TaskContext;
import org.jspecify.annotations.Nullable;

/**
 * What an executor would run a model on and how, found out without a model.
 *
 * @param use what it decides on, null where it refuses
 * @param problem why it refuses, null where it does not
 * @param processor the processor as it calls itself
 * @param bf16 whether the processor computes in bfloat16
 * @param automatic the precision that {@code auto} is on that device; null where it refuses
 */
public record DeviceFacts(
        @Nullable DeviceUse use,
        @Nullable String problem,
        String processor,
        boolean bf16,
        @Nullable String automatic) implements Serializable {

    /**
     * Decides as a labelling task does.
     *
     * @param task the running task; null outside of one, where it is the CPU
     * @throws IOException if the processor's description cannot be read
     */
    public static DeviceFacts of(@Nullable TaskContext task, EngineOptions options) throws IOException {
        ProcessorFeatures processor = ProcessorFeatures.read(ProcessorFeatures.CPUINFO);
        try {
            TaskEngine engine = TaskEngine.of(task, options);
            Precision automatic = PrecisionChooser.choose(
                    PrecisionChoice.AUTO, engine.settings().device(), processor);
            return new DeviceFacts(
                    engine.use(),
                    null,
                    processor.name(),
                    processor.bf16(),
                    automatic.name().toLowerCase(Locale.ROOT));
        } catch (CardinalException e) {
            return new DeviceFacts(null, e.getMessage(), processor.name(), processor.bf16(), null);
        }
    }
}
