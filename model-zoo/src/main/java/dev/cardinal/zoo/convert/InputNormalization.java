package dev.cardinal.zoo.convert;

import dev.cardinal.zoo.card.ModelCard;
import dev.cardinal.zoo.card.Preprocessing;
import dev.cardinal.zoo.checkpoint.Checkpoint;
import dev.cardinal.zoo.checkpoint.TensorInfo;
import dev.cardinal.zoo.naming.WeightMapping;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * The mean and standard deviation that a model subtracts from and divides its input by, as buffers next to its weights: a layer in front of
 * the network, or a preprocessor of mmengine. Cardinal uses those of the card, so a difference means other logits.
 *
 * @param meanName stored name of the mean
 * @param mean three values
 * @param stdName stored name of the standard deviation
 * @param std three values
 */
record InputNormalization(String meanName, List<Float> mean, String stdName, List<Float> std) {
    private static final Pattern MEAN = Pattern.compile("(.*\\.)?((?:new|pixel|image|img)?_?)mean");
    private static final int CHANNELS = 3;
    private static final double SAME = 2e-3;
    private static final double MAX_PIXEL = 255;

    /** Returns a warning if a checkpoint records another normalization than the card has. */
    static Optional<String> warning(ModelCard card, Checkpoint checkpoint, WeightMapping weights, Path file) {
        Preprocessing preprocessing = card.preprocessing();
        List<InputNormalization> all = find(checkpoint, weights.stateDict());
        return all.stream().anyMatch(each -> each.matches(preprocessing, 1) || each.matches(preprocessing, MAX_PIXEL))
                ? Optional.empty()
                : all.stream()
                        .findFirst()
                        .map(each -> "checkpoint " + file + " normalizes its input with " + each.meanName + " "
                                + each.mean
                                + " and " + each.stdName + " " + each.std + ", but card " + card.id() + " has mean "
                                + preprocessing.mean() + " and std " + preprocessing.std()
                                + "; write a card with the values that the model was trained with, or compare the import with"
                                + " --verify");
    }

    private static List<InputNormalization> find(Checkpoint checkpoint, String stateDict) {
        Map<String, TensorInfo> tensors = checkpoint.stateDicts().getOrDefault(stateDict, Map.of());
        List<InputNormalization> found = new ArrayList<>();
        for (TensorInfo tensor : tensors.values()) {
            Matcher name = MEAN.matcher(tensor.name());
            if (name.matches() && isPerChannel(tensor)) {
                String module = name.group(1) == null ? "" : name.group(1);
                TensorInfo std = tensors.get(module + name.group(2) + "std");
                if (std != null && isPerChannel(std)) {
                    found.add(new InputNormalization(
                            tensor.name(),
                            floats(checkpoint, stateDict, tensor),
                            std.name(),
                            floats(checkpoint, stateDict, std)));
                }
            }
        }
        return found;
    }

    private static boolean isPerChannel(TensorInfo tensor) {
        return tensor.type().isFloating() && tensor.elements() == CHANNELS;
    }

    private static List<Float> floats(Checkpoint checkpoint, String stateDict, TensorInfo tensor) {
        float[] values = checkpoint.read(stateDict, tensor.name());
        return IntStream.range(0, values.length).mapToObj(i -> values[i]).toList();
    }

    private boolean matches(Preprocessing preprocessing, double scale) {
        return IntStream.range(0, CHANNELS)
                .allMatch(c -> near(mean.get(c), scale * preprocessing.mean().get(c))
                        && near(std.get(c), scale * preprocessing.std().get(c)));
    }

    private static boolean near(double value, double expected) {
        return Math.abs(value - expected) <= SAME * Math.max(Math.abs(expected), 0.1);
    }
}
