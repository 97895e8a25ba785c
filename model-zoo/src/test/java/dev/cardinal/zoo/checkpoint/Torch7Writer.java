package dev.cardinal.zoo.checkpoint;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Writes valid and hostile Torch7 objects, piece by piece. */
final class Torch7Writer {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private int lastIndex = 1_000_000;

    Torch7Writer int32(int value) {
        out.writeBytes(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array());
        return this;
    }

    Torch7Writer int64(long... values) {
        for (long value : values) {
            out.writeBytes(ByteBuffer.allocate(8)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(value)
                    .array());
        }
        return this;
    }

    Torch7Writer floats(float... values) {
        for (float value : values) {
            int32(Float.floatToRawIntBits(value));
        }
        return this;
    }

    Torch7Writer nil() {
        return int32(0);
    }

    Torch7Writer number(double value) {
        return int32(1).int64(Double.doubleToRawLongBits(value));
    }

    Torch7Writer text(String value) {
        return int32(2).characters(value);
    }

    /** Starts a table with a new index. The caller adds keys and values. */
    Torch7Writer table(int count) {
        return table(++lastIndex, count);
    }

    Torch7Writer table(int index, int count) {
        return int32(3).int32(index).int32(count);
    }

    /** Starts a Torch object with a new index. The caller adds its body. */
    Torch7Writer object(String className, int version) {
        return object(++lastIndex, className, version);
    }

    Torch7Writer object(int index, String className, int version) {
        return int32(4).int32(index).characters("V " + version).characters(className);
    }

    /** Adds a reference to an object that was written before, or is being written. */
    Torch7Writer reference(int index) {
        return int32(4).int32(index);
    }

    /** Starts a module. The caller adds its fields. */
    Torch7Writer module(String className, int fields) {
        return object(className, 1).table(fields);
    }

    /** Starts a container of modules. The caller adds each one with {@link #child}. */
    Torch7Writer container(String className, int modules) {
        return module(className, 1).text("modules").table(modules);
    }

    /** Adds the key of a module in a container. The caller adds the module. */
    Torch7Writer child(int position) {
        return number(position);
    }

    /** Adds a float tensor with its own storage. */
    Torch7Writer tensor(long[] shape, long[] strides, long offset, float... stored) {
        return object("torch.FloatTensor", 1)
                .int32(shape.length)
                .int64(shape)
                .int64(strides)
                .int64(offset)
                .object("torch.FloatStorage", 1)
                .int64(stored.length)
                .floats(stored);
    }

    Torch7Writer vector(float... values) {
        return tensor(new long[] {values.length}, new long[] {1}, 1, values);
    }

    /** Adds a batch normalization of one channel. The name of its spread depends on the version. */
    Torch7Writer batchNorm(int version, double eps, String spread, float value) {
        return object("nn.SpatialBatchNormalization", version)
                .table(5)
                .text("eps")
                .number(eps)
                .text("weight")
                .vector(1)
                .text("bias")
                .vector(2)
                .text("running_mean")
                .vector(3)
                .text(spread)
                .vector(value);
    }

    /** Adds a 1x1 convolution with one weight. */
    Torch7Writer convolution() {
        return module("nn.SpatialConvolution", 1)
                .text("weight")
                .tensor(new long[] {1, 1, 1, 1}, new long[] {1, 1, 1, 1}, 1, 7);
    }

    Torch7Writer characters(String latin1) {
        int32(latin1.length());
        out.writeBytes(latin1.getBytes(ISO_8859_1));
        return this;
    }

    byte[] bytes() {
        return out.toByteArray();
    }
}
