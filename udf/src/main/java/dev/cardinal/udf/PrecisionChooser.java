package dev.cardinal.udf;

import dev.cardinal.udf.EngineOptions.PrecisionChoice;
import dev.cardinal.udf.ProcessorFeatures.Bf16;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.serving.Device;
import dev.cardinal.zoo.serving.Precision;

/** Decides the arithmetic of a model on a device. Stateless. */
final class PrecisionChooser {
    /**
     * What {@code auto} is on a processor with vector instructions for bfloat16 and none for matrices: their gain over 32-bit
     * vectors is small, and no measurement of Cardinal's shows one.
     */
    private static final Precision AUTO_WITH_VECTORS = Precision.FP32;

    private PrecisionChooser() {}

    /**
     * Decides: {@code auto} is fp16 on a GPU, whose tensor cores take it, bf16 on a processor with matrix instructions for it,
     * and else fp32.
     *
     * @throws CardinalException if the device does not compute in what is wanted
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
                if (!gpu && processor.bf16() == Bf16.NONE) {
                    throw CardinalException.usage(
                            "--precision bf16 needs a GPU or a processor that computes in bfloat16 (AMX,"
                                    + " AVX512-BF16, Arm's BF16), and " + processor.name()
                                    + " does not: use --precision fp32, or auto");
                }
                yield Precision.BF16;
            }
            case AUTO -> gpu ? Precision.FP16 : onCpu(processor.bf16());
        };
    }

    private static Precision onCpu(Bf16 bf16) {
        return switch (bf16) {
            case MATRICES -> Precision.BF16;
            case VECTORS -> AUTO_WITH_VECTORS;
            case NONE -> Precision.FP32;
        };
    }
}
