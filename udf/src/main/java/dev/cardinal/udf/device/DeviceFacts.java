package dev.cardinal.udf.device;

import dev.cardinal.udf.options.ExecutionOptions;
import dev.cardinal.udf.options.ExecutionOptions.PrecisionChoice;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.serving.Precision;
import java.io.IOException;
import java.io.Serializable;
import java.util.Locale;
import org.apache.spark.TaskContext;
import org.jspecify.annotations.Nullable;

/**
 * The device and precision that an executor would choose, determined without a model. Immutable and serializable.
 *
 * @param use the chosen device and precision, null if the options cannot be met
 * @param problem why the options cannot be met, null if they can
 * @param processor name of the processor
 * @param bf16 whether the processor computes in bfloat16
 * @param automatic the precision that {@code auto} selects on the chosen device; null if the options cannot be met
 */
public record DeviceFacts(
        @Nullable DeviceUse use,
        @Nullable String problem,
        String processor,
        boolean bf16,
        @Nullable String automatic) implements Serializable {

    /**
     * Chooses as a labeling task does.
     *
     * @param task the running task; null outside of a task, which selects the CPU
     * @throws IOException if the processor's description cannot be read
     */
    public static DeviceFacts of(@Nullable TaskContext task, ExecutionOptions options) throws IOException {
        ProcessorFeatures processor = ProcessorFeatures.read(ProcessorFeatures.CPUINFO);
        try {
            DeviceSelection selection = DeviceSelection.of(task, options);
            Precision automatic = PrecisionChooser.choose(
                    PrecisionChoice.AUTO, selection.settings().device(), processor);
            return new DeviceFacts(
                    selection.use(),
                    null,
                    processor.name(),
                    processor.bf16(),
                    automatic.name().toLowerCase(Locale.ROOT));
        } catch (CardinalException e) {
            return new DeviceFacts(null, e.getMessage(), processor.name(), processor.bf16(), null);
        }
    }
}
