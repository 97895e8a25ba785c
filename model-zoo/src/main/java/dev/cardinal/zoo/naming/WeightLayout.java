package dev.cardinal.zoo.naming;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Converts the elements of a stored tensor into those of a tensor of the card. */
enum WeightLayout {
    /** The same elements in the same order. */
    AS_STORED,
    /** Nothing is stored: all elements are 0, for example the bias of a linear layer that has none. */
    ZEROS,
    /** A 1x1 kernel becomes the center of a 3x3 kernel of zeros, which computes the same with a padding of 1. */
    CENTERED;

    private static final int KERNEL = 3;

    /** Returns the layout that makes a stored shape fit the shape that the card expects, or null. */
    static @Nullable WeightLayout of(List<Long> expected, List<Long> stored) {
        if (expected.equals(stored)) {
            return AS_STORED;
        }
        boolean kernels = expected.size() == 4
                && stored.size() == 4
                && expected.subList(0, 2).equals(stored.subList(0, 2))
                && expected.subList(2, 4).equals(List.of((long) KERNEL, (long) KERNEL))
                && stored.subList(2, 4).equals(List.of(1L, 1L));
        return kernels && stored.get(1) == 3L ? CENTERED : null;
    }

    /** Returns the elements of the card's tensor. */
    float[] apply(float[] stored) {
        if (this != CENTERED) {
            return stored;
        }
        float[] kernels = new float[stored.length * KERNEL * KERNEL];
        for (int i = 0; i < stored.length; i++) {
            kernels[i * KERNEL * KERNEL + KERNEL * KERNEL / 2] = stored[i];
        }
        return kernels;
    }
}
