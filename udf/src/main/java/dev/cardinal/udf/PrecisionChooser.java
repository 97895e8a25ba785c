package dev.cardinal.udf;

import dev.cardinal.udf.EngineOptions.PrecisionChoice;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.serving.Device;
import dev.cardinal.zoo.serving.Precision;

/** Decides the arithmetic of a model on a device. Stateless. */
final class PrecisionChooser {
    private PrecisionChooser() {}

    /**
     * Decides: {@code auto} is fp16 on a GPU, whose tensor cores take it; bf16 on a processor that computes in it, where it is 1.7
     * times as fast or more (model-zoo/docs/speed.md); and else fp32.
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
                if (gpu) {
                    throw CardinalException.usage(
                            "--precision bf16 is for processors: TensorFlow's optimiser makes graphs for GPUs compute in fp16"
                                    + " alone; use --precision fp16, or auto");
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
