package dev.cardinal.zoo.convert;

import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.ImportProgress;
import dev.cardinal.zoo.card.GoldenSample;
import dev.cardinal.zoo.card.ModelCard;
import dev.cardinal.zoo.npz.ReferenceBatch;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The comparison of an imported model's logits with those of another framework for the same images.
 *
 * @param images number of compared images
 * @param largestLogit largest absolute logit of the reference
 * @param largestDifference largest absolute difference of two logits; infinite if a logit of the model is not finite
 * @param image image with that difference, from 0
 * @param classIndex class with that difference, from 0
 */
public record Verification(int images, double largestLogit, double largestDifference, int image, int classIndex) {
    /** Largest accepted difference, as a share of the largest logit. */
    public static final double TOLERANCE = 1e-3;

    /** Returns the largest difference as a share of the largest logit. */
    public double relativeDifference() {
        return largestDifference == 0 ? 0 : largestDifference / largestLogit;
    }

    /** Returns whether the largest difference is within {@link #TOLERANCE}. */
    public boolean passed() {
        return relativeDifference() <= TOLERANCE;
    }

    /** Returns the absolute and the relative difference, with the largest logit. */
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
     * @throws CardinalException if the file is invalid, or its image size or number of classes differs from the card
     */
    static ReferenceBatch reference(Path file, ModelCard card) {
        ReferenceBatch reference = ReferenceBatch.read(file);
        Integer edge = card.preprocessing().crop();
        if (edge != null && (reference.height() != edge || reference.width() != edge)) {
            throw CardinalException.input("reference " + file + " has images of " + reference.height() + "x"
                    + reference.width() + " pixels, but the model of card " + card.id() + " needs " + edge
                    + "x" + edge + "; save the images after the center crop");
        }
        int classes = card.architecture().classes();
        if (reference.classes() != classes) {
            throw CardinalException.input("reference " + file + " has " + reference.classes()
                    + " logits per image, but card " + card.id() + " has " + classes + " classes");
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
