package dev.cardinal.zoo.graph;

import dev.cardinal.zoo.serving.Device;
import dev.cardinal.zoo.serving.Precision;
import dev.cardinal.zoo.serving.SessionSettings;
import java.util.Arrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.FloatDataBuffer;
import org.tensorflow.types.TFloat32;

/**
 * Merges narrow groups of a 3 x 3 convolution into wider groups. The merged filter has the weights of the groups on its
 * diagonal and zeros elsewhere, so that the function stays the same. Sums can differ in their last bits. Wider groups
 * need more operations, but a kernel that computes 16 channels at a time can still be faster with them.
 *
 * <p>The groups, their widths and the precision were measured (docs/benchmarks.md). Nothing else is merged. Immutable
 * and thread-safe.
 *
 * @param width channels of a merged group; 1 merges nothing
 */
record GroupMerge(int width) {
    static final GroupMerge NONE = new GroupMerge(1);

    private static final GroupMerge BF16_WITH_AMX = new GroupMerge(16);
    private static final int KERNEL = 3;
    private static final int NARROWEST = 4;

    GroupMerge {
        if (width < 1) {
            throw new IllegalArgumentException("the width of a group must be at least 1: " + width);
        }
    }

    /** Returns what makes convolutions faster in a session on this machine. */
    static GroupMerge of(SessionSettings settings) {
        boolean amx = TensorFlowRuntime.usesOneDnn() && TensorFlowRuntime.hasAmxBf16();
        return of(settings.device().kind(), settings.precision(), amx);
    }

    static GroupMerge of(Device.Kind device, Precision precision, boolean oneDnnUsesAmx) {
        return device == Device.Kind.CPU && precision == Precision.BF16 && oneDnnUsesAmx ? BF16_WITH_AMX : NONE;
    }

    /**
     * Returns how many groups become one.
     *
     * @param channels channels of the input
     * @param filter [3, 3, in / groups, out]
     * @return 1 if the convolution remains as it is
     */
    int factor(long channels, Shape filter) {
        if (filter.numDimensions() != 4 || filter.get(0) != KERNEL || filter.get(1) != KERNEL) {
            return 1;
        }
        long in = filter.get(2);
        if (in < NARROWEST || in >= width || width % in != 0 || channels <= in || channels % in != 0) {
            return 1;
        }
        long groups = channels / in;
        long factor = width / in;
        return filter.get(3) == channels && groups % factor == 0 ? Math.toIntExact(factor) : 1;
    }

    /**
     * Returns the filter of the merged groups, which the caller closes.
     *
     * @param filter [height, width, in / groups, out]
     * @param groups number of groups
     * @param factor groups that become one; divides their number
     * @return [height, width, factor x in / groups, out]
     */
    static TFloat32 merged(TFloat32 filter, int groups, int factor) {
        Shape shape = filter.shape();
        int in = Math.toIntExact(shape.get(2));
        int out = Math.toIntExact(shape.get(3));
        int outOfGroup = out / groups;
        TFloat32 merged = TFloat32.tensorOf(Shape.of(shape.get(0), shape.get(1), (long) factor * in, out));
        FloatDataBuffer from = filter.asRawTensor().data().asFloats();
        FloatDataBuffer to = merged.asRawTensor().data().asFloats();
        float[] row = new float[out];
        float[] part = new float[out];
        for (long tap = 0; tap < shape.get(0) * shape.get(1); tap++) {
            for (int channel = 0; channel < in; channel++) {
                from.offset((tap * in + channel) * out).read(row);
                for (int member = 0; member < factor; member++) {
                    Arrays.fill(part, 0);
                    for (int group = member; group < groups; group += factor) {
                        System.arraycopy(row, group * outOfGroup, part, group * outOfGroup, outOfGroup);
                    }
                    to.offset(((tap * factor + member) * in + channel) * out).write(part);
                }
            }
        }
        return merged;
    }
}
