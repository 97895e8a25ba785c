package dev.cardinal.zoo.card;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A convolution, which batch normalization follows in most places.
 *
 * @param name prefix of the weight in the checkpoint: {@code <name>.weight}, shape [out, in / groups, kernel, kernel]
 * @param batchNorm prefix of the batch normalization: {@code <batchNorm>.weight, .bias, .running_mean, .running_var},
 *     each [out]; null if none follows directly
 * @param in input channels
 * @param out output channels
 * @param kernel edge of the square kernel; padding is {@code kernel / 2} on each side
 * @param stride step in both directions
 * @param groups number of channel groups (the cardinality)
 * @param hasBias whether the checkpoint has {@code <name>.bias}, [out]; only if there is no batch normalization
 */
public record Convolution(
        String name, @Nullable String batchNorm, int in, int out, int kernel, int stride, int groups, boolean hasBias)
        implements WeightedLayer {

    public Convolution {
        if (hasBias && batchNorm != null) {
            throw new IllegalArgumentException(name + " has a bias and batch normalization");
        }
    }

    /** Creates a convolution without bias that batch normalization follows. */
    public Convolution(String name, String batchNorm, int in, int out, int kernel, int stride, int groups) {
        this(name, batchNorm, in, out, kernel, stride, groups, false);
    }

    /** Returns whether something is added to the output: the bias, or the shift of the normalization. */
    public boolean hasShift() {
        return hasBias || batchNorm != null;
    }

    /** Returns the number of zero rows and columns on each side. */
    public int padding() {
        return kernel / 2;
    }

    /** Returns the output edge for an input edge, rounded down as in PyTorch. */
    public long outputEdge(long edge) {
        return (edge + 2L * padding() - kernel) / stride + 1;
    }

    /** Returns the number of kernel weights, without the normalization. */
    public long weights() {
        return (long) out * (in / groups) * kernel * kernel;
    }

    @Override
    public Map<String, List<Long>> tensors() {
        Map<String, List<Long>> tensors = new LinkedHashMap<>();
        tensors.put(name + ".weight", List.of((long) out, (long) (in / groups), (long) kernel, (long) kernel));
        if (hasBias) {
            tensors.put(name + ".bias", List.of((long) out));
        }
        if (batchNorm != null) {
            tensors.putAll(new BatchNorm(batchNorm, out).tensors());
        }
        return tensors;
    }

    @Override
    public long parameters() {
        return weights() + (hasBias ? out : 0) + (batchNorm != null ? 2L * out : 0);
    }
}
