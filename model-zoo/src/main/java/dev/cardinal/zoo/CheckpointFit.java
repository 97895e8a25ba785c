package dev.cardinal.zoo;

import dev.cardinal.zoo.checkpoint.Checkpoint;
import dev.cardinal.zoo.checkpoint.TensorInfo;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * The card of the model that a checkpoint holds: the one it is imported with, except for what the checkpoint itself decides, the
 * number of classes and, where its container records one, the epsilon of batch normalisation.
 *
 * @param card what the bundle is made of
 * @param warnings what the user should know, one line each
 */
record CheckpointFit(ModelCard card, List<String> warnings) {
    private static final String LAST_LAYER = "fc.weight";
    private static final long MAX_CLASSES = 1_000_000;
    private static final double SAME_EPSILON = 1e-6;

    CheckpointFit {
        warnings = List.copyOf(warnings);
    }

    /**
     * Fits a card to a checkpoint.
     *
     * @param labels file of the class names that take the place of the card's, or null
     * @throws CardinalException if the tensors are not those of the card's architecture, or the number of classes is neither the
     *     card's nor that of the labels; everything that does not match is named
     */
    static CheckpointFit of(ModelCard card, Checkpoint checkpoint, Path file, @Nullable Path labels) {
        List<ClassLabel> names = labels == null ? card.labels() : Labels.read(labels);
        TensorInfo last = checkpoint.tensors().get(LAST_LAYER);
        int classes = last == null ? names.size() : classes(last, card.architecture(), names.size());
        List<String> problems = StateDictCheck.problems(card.architecture().withClasses(classes), checkpoint);
        if (last != null && classes != names.size()) {
            String problem = labels == null
                    ? "card " + card.id() + " has " + names.size() + " classes, checkpoint " + file + " has " + classes
                            + " (" + LAST_LAYER + " " + last.shape()
                            + "): if it was fine-tuned, name its classes with --labels FILE, one a line"
                    : "labels " + labels + " name " + names.size() + " classes, checkpoint " + file + " has " + classes
                            + " (" + LAST_LAYER + " " + last.shape()
                            + "): give one class a line, in the order of the network's outputs";
            if (problems.isEmpty()) {
                throw CardinalException.checkpoint(problem);
            }
            problems.add(problem);
        }
        if (!problems.isEmpty()) {
            throw StateDictCheck.mismatch(card, file, problems);
        }
        return withEpsilon(labels == null ? card : card.withLabels(names), checkpoint.batchNormEps(), file);
    }

    /** Rows of the last layer where it fits the network's features; else the number that is expected. */
    private static int classes(TensorInfo last, Architecture architecture, int expected) {
        List<Long> shape = last.shape();
        boolean fits = shape.size() == 2
                && shape.get(0) >= 1
                && shape.get(0) <= MAX_CLASSES
                && shape.get(1) == architecture.features();
        return fits ? shape.get(0).intValue() : expected;
    }

    /** The checkpoint's own epsilon is what its network was trained and evaluated with. */
    private static CheckpointFit withEpsilon(ModelCard card, OptionalDouble recorded, Path file) {
        double expected = card.architecture().batchNormEpsilon();
        if (recorded.isEmpty() || Math.abs(recorded.getAsDouble() - expected) <= SAME_EPSILON * expected) {
            return new CheckpointFit(card, List.of());
        }
        double epsilon = recorded.getAsDouble();
        if (!(epsilon > 0 && epsilon < 1)) {
            throw CardinalException.checkpoint("checkpoint " + file + " has a batch-norm eps of " + epsilon
                    + ", which must lie between 0 and 1: is it damaged?");
        }
        return new CheckpointFit(
                card.withBatchNormEpsilon(epsilon),
                List.of("checkpoint " + file + " has a batch-norm eps of " + epsilon + ", card " + card.id() + " says "
                        + expected + ": the checkpoint's is used"));
    }
}
