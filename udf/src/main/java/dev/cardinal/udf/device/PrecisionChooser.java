package dev.cardinal.udf.device;

import dev.cardinal.udf.options.ExecutionOptions.PrecisionChoice;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.serving.Device;
import dev.cardinal.zoo.serving.Precision;

/** Chooses the numeric precision of a model on a device. Stateless and thread-safe. */
final class PrecisionChooser {
    private PrecisionChooser() {}

    /**
     * Chooses the precision. {@code auto} selects fp16 on a GPU, whose tensor cores compute in fp16; bf16 on a
     * processor that computes in bfloat16, where it is at least 1.7 times as fast (docs/benchmarks.md); and fp32
     * otherwise.
     *
     * @throws CardinalException if the device does not support the requested precision
     */
    static Precision choose(PrecisionChoice wanted, Device device, ProcessorFeatures processor) {
        boolean gpu = device.kind() == Device.Kind.GPU;
        return switch (wanted) {
            case FP32 -> Precision.FP32;
            case FP16 -> {
                if (!gpu) {
                    throw CardinalException.usage(
                            "--precision fp16 needs a GPU, and this executor runs the model on its CPU ("
                                    + processor.name() + "): use --precision fp32, or auto");
                }
                yield Precision.FP16;
            }
            case BF16 -> {
                if (gpu) {
                    throw CardinalException.usage(
                            "--precision bf16 runs only on CPUs: TensorFlow's optimizer converts graphs for GPUs only to"
                                    + " fp16; use --precision fp16, or auto");
                }
                if (!processor.bf16()) {
                    throw CardinalException.usage("--precision bf16 needs a processor that computes in bfloat16 (AMX or"
                            + " AVX512-BF16), and " + processor.name()
                            + " does not: use --precision fp32, or auto");
                }
                yield Precision.BF16;
            }
            case AUTO -> {
                if (gpu) {
                    yield Precision.FP16;
                }
                yield processor.bf16() ? Precision.BF16 : Precision.FP32;
            }
        };
    }
}
