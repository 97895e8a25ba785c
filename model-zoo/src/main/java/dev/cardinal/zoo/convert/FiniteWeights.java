package dev.cardinal.zoo.convert;

import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.checkpoint.Checkpoint;
import dev.cardinal.zoo.naming.WeightMapping;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads the weights of a card from a checkpoint, and finds those that are NaN or infinite. Not thread-safe. */
final class FiniteWeights {
    private static final int SHOWN = 3;

    private final Path file;
    private final Checkpoint checkpoint;
    private final WeightMapping mapping;
    private final List<String> notFinite = new ArrayList<>();

    FiniteWeights(Path file, Checkpoint checkpoint, WeightMapping mapping) {
        this.file = file;
        this.checkpoint = checkpoint;
        this.mapping = mapping;
    }

    /** Reads the elements of a tensor of the card. */
    float[] read(String tensor) {
        float[] weights = mapping.read(checkpoint, tensor);
        int bad = 0;
        for (float weight : weights) {
            if (!Float.isFinite(weight)) {
                bad++;
            }
        }
        if (bad > 0) {
            notFinite.add(mapping.storedName(tensor) + " (" + bad + " of " + weights.length + ")");
        }
        return weights;
    }

    /** @throws CardinalException with the first tensors that have values that are not finite, if there are any */
    void requireFinite() {
        if (!notFinite.isEmpty()) {
            int more = notFinite.size() - SHOWN;
            throw CardinalException.checkpoint("checkpoint " + file + " has values that are NaN or infinite in "
                    + String.join(", ", notFinite.subList(0, Math.min(SHOWN, notFinite.size())))
                    + (more > 0 ? " and " + more + " more tensors" : "")
                    + ": the training diverged, or a conversion to float16 overflowed; use an earlier checkpoint");
        }
    }
}
