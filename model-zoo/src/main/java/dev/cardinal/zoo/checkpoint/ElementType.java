package dev.cardinal.zoo.checkpoint;

import java.nio.ByteBuffer;

/** Element types of tensors in checkpoints. */
public enum ElementType {
    FLOAT64(8),
    FLOAT32(4),
    FLOAT16(2),
    BFLOAT16(2),
    INT64(8),
    INT32(4),
    INT16(2),
    INT8(1),
    UINT8(1),
    BOOL(1);

    private final int bytes;

    ElementType(int bytes) {
        this.bytes = bytes;
    }

    /** Returns the size of one element in bytes. */
    public int bytes() {
        return bytes;
    }

    /** Returns whether this is a floating-point type, which weights must have. */
    public boolean isFloating() {
        return this == FLOAT64 || this == FLOAT32 || this == FLOAT16 || this == BFLOAT16;
    }

    /** Reads {@code count} elements of this floating-point type from a buffer, in its byte order, as 32-bit floats. */
    void decode(ByteBuffer from, float[] out, int at, int count) {
        switch (this) {
            case FLOAT64 -> {
                for (int i = at; i < at + count; i++) {
                    out[i] = (float) from.getDouble();
                }
            }
            case FLOAT32 -> from.asFloatBuffer().get(out, at, count);
            case FLOAT16 -> {
                for (int i = at; i < at + count; i++) {
                    out[i] = half(from.getShort());
                }
            }
            case BFLOAT16 -> {
                for (int i = at; i < at + count; i++) {
                    out[i] = Float.intBitsToFloat(from.getShort() << 16);
                }
            }
            default -> throw new IllegalStateException(this + " is not a floating-point type");
        }
    }

    /** Converts IEEE 754 binary16 to binary32, exactly. */
    private static float half(short bits) {
        int sign = (bits & 0x8000) << 16;
        int exponent = (bits >> 10) & 0x1f;
        int fraction = bits & 0x3ff;
        if (exponent == 0) {
            float subnormal = fraction * 0x1p-24f;
            return sign == 0 ? subnormal : -subnormal;
        }
        int widened = exponent == 0x1f ? 0xff : exponent + (127 - 15);
        return Float.intBitsToFloat(sign | (widened << 23) | (fraction << 13));
    }
}
