package dev.cardinal.zoo;

/**
 * A convolution without bias followed by batch normalisation, as every convolution of the family is.
 *
 * @param name prefix of its checkpoint tensor: {@code <name>.weight}, shape [out, in / groups, kernel, kernel]
 * @param batchNorm prefix of its normalisation: {@code <batchNorm>.weight, .bias, .running_mean, .running_var}, each [out]
 * @param in input channels
 * @param out output channels
 * @param kernel edge of the square kernel; padding is {@code kernel / 2} on each side
 * @param stride step in both directions
 * @param groups number of groups the channels are split into (the cardinality)
 */
public record Convolution(String name, String batchNorm, int in, int out, int kernel, int stride, int groups) {

    /** Rows and columns of zeros on each side. */
    public int padding() {
        return kernel / 2;
    }

    /** Edge of the output for an input edge, rounded down as PyTorch does. */
    public long outputEdge(long edge) {
        return (edge + 2L * padding() - kernel) / stride + 1;
    }

    /** Weights of the kernel, without the normalisation. */
    public long weights() {
        return (long) out * (in / groups) * kernel * kernel;
    }
}
