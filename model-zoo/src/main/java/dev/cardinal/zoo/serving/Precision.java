package dev.cardinal.zoo.serving;

/** The arithmetic of a model's convolutions. Floats outside of the graph are always 32-bit. */
public enum Precision {
    /** IEEE 754 binary32, as in the framework that trained the model. */
    FP32,
    /** bfloat16 with 32-bit sums. */
    BF16,
    /** IEEE 754 binary16, on GPUs only. */
    FP16
}
