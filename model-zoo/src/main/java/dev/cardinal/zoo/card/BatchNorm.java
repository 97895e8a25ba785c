package dev.cardinal.zoo.card;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A batch normalization that does not follow a convolution directly, so that it is an operation of its own.
 *
 * @param name prefix of its tensors: {@code <name>.weight, .bias, .running_mean, .running_var}, each [channels]
 * @param channels number of channels
 */
public record BatchNorm(String name, int channels) implements WeightedLayer {
    private static final List<String> PARTS = List.of("weight", "bias", "running_mean", "running_var");

    @Override
    public Map<String, List<Long>> tensors() {
        Map<String, List<Long>> tensors = new LinkedHashMap<>();
        PARTS.forEach(part -> tensors.put(name + "." + part, List.of((long) channels)));
        return tensors;
    }

    @Override
    public long parameters() {
        return 2L * channels;
    }
}
