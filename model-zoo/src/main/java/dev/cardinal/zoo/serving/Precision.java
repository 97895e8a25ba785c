package dev.cardinal.zoo.serving;

/** The arithmetic of a model's convolutions. What they read and write outside of the graph is 32-bit in each. */
public enum Precision {
    /** IEEE 754 binary32: the numbers of the framework that trained the model. */
    FP32,
    /** bfloat16 with sums in 32 bits. */
    BF16,
    /** IEEE 754 binary16, GPUs only. */
    FP16
}
