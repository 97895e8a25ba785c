package dev.cardinal.zoo;

import dev.cardinal.zoo.graph.LoadedModel;
import dev.cardinal.zoo.npz.ReferenceBatch;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How far the logits of an imported model are from those that another framework gives the same images.
 *
 * @param images how many were compared
 * @param largestLogit the largest absolute value among the reference's logits
 * @param largestDifference the largest absolute difference of two logits; infinite where the model gives no number
 * @param image where that difference is, from 0
 * @param classIndex where that difference is, from 0
 */
public record Verification(int images, double largestLogit, double largestDifference, int image, int classIndex) {
    /** Largest difference that is accepted, as a share of the largest logit. */
    public static final double TOLERANCE = 1e-3;

    private static final int BATCH = 8;

    /** The largest difference as a share of the largest logit. */
    public double relativeDifference() {
        return largestDifference == 0 ? 0 : largestDifference / largestLogit;
    }

    /** Whether the largest difference is within {@link #TOLERANCE}. */
    public boolean passed() {
        return relativeDifference() <= TOLERANCE;
    }

    /** Both differences, with the logit they are to be seen against. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "largest difference %.3g (image %d, class %d), %.3g of the largest logit %.4g",
                largestDifference,
                image,
                classIndex,
                relativeDifference(),
                largestLogit);
    }

    /**
     * Reads reference images and logits.
     *
     * @throws CardinalException if the file cannot be used, or is of images or classes that are not the card's
     */
    static ReferenceBatch reference(Path file, ModelCard card) {
        ReferenceBatch reference = ReferenceBatch.read(file);
        Integer edge = card.preprocessing().crop();
        if (edge != null && (reference.height() != edge || reference.width() != edge)) {
            throw CardinalException.input("reference " + file + " has images of " + reference.height() + "x"
                    + reference.width() + " pixels, the model of card " + card.id() + " takes " + edge + "x" + edge
                    + ": save what follows the centre crop");
        }
        int classes = card.architecture().classes();
        if (reference.classes() != classes) {
            throw CardinalException.input("reference " + file + " has " + reference.classes()
                    + " logits an image, card " + card.id() + " has " + classes + " classes");
        }
        return reference;
    }

    /** Compares the SavedModel in a directory with a reference. */
    static Verification of(Path savedModel, ReferenceBatch reference, ImportProgress progress) {
        AtomicLong done = new AtomicLong();
        long pixels = 3L * reference.height() * reference.width();
        progress.step("verifying", pixels * reference.count(), done::get);
        Verification verification = new Verification(reference.count(), 0, 0, 0, 0);
        try (LoadedModel model = LoadedModel.load(savedModel)) {
            for (int from = 0; from < reference.count(); from += BATCH) {
                int to = Math.min(from + BATCH, reference.count());
                float[] logits =
                        model.logits(reference.images(from, to), to - from, reference.height(), reference.width());
                verification = verification.with(reference, from, logits);
                done.set(pixels * to);
            }
        }
        return verification;
    }

    private Verification with(ReferenceBatch reference, int first, float[] logits) {
        Verification worst = this;
        for (int i = 0; i < logits.length; i++) {
            int at = first + i / reference.classes();
            int output = i % reference.classes();
            double expected = reference.logit(at, output);
            double difference = Float.isFinite(logits[i]) ? Math.abs(logits[i] - expected) : Double.POSITIVE_INFINITY;
            double largest = Math.max(worst.largestLogit, Math.abs(expected));
            worst = difference > worst.largestDifference
                    ? new Verification(images, largest, difference, at, output)
                    : new Verification(images, largest, worst.largestDifference, worst.image, worst.classIndex);
        }
        return worst;
    }
}
