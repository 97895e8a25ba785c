package dev.cardinal.zoo;

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

    /** Compares a model with a reference, image by image. */
    static Verification of(GoldenSample.Model model, ReferenceBatch reference, ImportProgress progress) {
        AtomicLong done = new AtomicLong();
        long pixels = 3L * reference.height() * reference.width();
        progress.step("verifying", pixels * reference.count(), done::get);
        Verification verification = new Verification(reference.count(), 0, 0, 0, 0);
        for (int image = 0; image < reference.count(); image++) {
            float[] logits = model.logits(reference.image(image), reference.height(), reference.width());
            verification = verification.with(reference, image, logits);
            done.addAndGet(pixels);
        }
        return verification;
    }

    private Verification with(ReferenceBatch reference, int at, float[] logits) {
        Verification worst = this;
        for (int output = 0; output < logits.length; output++) {
            double expected = reference.logit(at, output);
            double difference =
                    Float.isFinite(logits[output]) ? Math.abs(logits[output] - expected) : Double.POSITIVE_INFINITY;
            double largest = Math.max(worst.largestLogit, Math.abs(expected));
            worst = difference > worst.largestDifference
                    ? new Verification(images, largest, difference, at, output)
                    : new Verification(images, largest, worst.largestDifference, worst.image, worst.classIndex);
        }
        return worst;
    }
}
