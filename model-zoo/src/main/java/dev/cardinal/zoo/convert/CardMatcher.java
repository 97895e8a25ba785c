package dev.cardinal.zoo.convert;

import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.card.ClassLabel;
import dev.cardinal.zoo.card.LabelFile;
import dev.cardinal.zoo.card.ModelCard;
import dev.cardinal.zoo.checkpoint.Checkpoint;
import dev.cardinal.zoo.naming.WeightMapping;
import dev.cardinal.zoo.naming.WeightResolver;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * Matches a card with a checkpoint. The checkpoint determines the number of classes and, if its format records it, the
 * epsilon of batch normalization.
 *
 * @param card the card with the values of the checkpoint
 * @param weights where each tensor of the card is in the checkpoint
 * @param notes what was read and what else there is, one line each
 * @param warnings warnings for the user, one line each
 */
record CardMatcher(ModelCard card, WeightMapping weights, List<String> notes, List<String> warnings) {
    private static final double SAME_EPSILON = 1e-6;

    CardMatcher {
        notes = List.copyOf(notes);
        warnings = List.copyOf(warnings);
    }

    /**
     * Matches a card with a checkpoint.
     *
     * @param file name of the checkpoint in messages
     * @param state path of the state dict to use, or null for the first that fits
     * @param labels file of the class names that replace those of the card, or null
     * @throws CardinalException if the tensors differ from those of the card's architecture, or if the number of classes
     *     differs from the number of labels
     */
    static CardMatcher of(
            ModelCard card, Checkpoint checkpoint, Path file, @Nullable String state, @Nullable Path labels) {
        LabelFile labelFile = labels == null ? null : LabelFile.read(labels);
        List<ClassLabel> names = labelFile == null ? card.labels() : labelFile.labels();
        WeightMapping weights = WeightResolver.resolve(card, checkpoint, file, state, names.size());
        int classes = weights.classes();
        if (labels != null && classes != names.size()) {
            labelFile = LabelFile.read(labels, classes);
            names = labelFile.labels();
        }
        if (classes != names.size()) {
            String found = " classes, but checkpoint " + file + " has " + classes + " (" + weights.lastLayer() + "): ";
            throw CardinalException.checkpoint(
                    labels == null
                            ? "card " + card.id() + " has " + names.size() + found
                                    + "if it was fine-tuned, give its classes with --labels FILE, one per line"
                            : "labels " + labels + " have " + names.size() + found
                                    + "write one class per line, in the order of the network's outputs"
                                    + (names.size() == classes + 1
                                            ? ". The first is '" + names.get(0).name()
                                                    + "': delete it if it is a header"
                                            : ""));
        }
        List<String> notes = new ArrayList<>(weights.notes());
        if (labels != null && labelFile != null) {
            notes.add(labelFile.summary(labels));
        }
        List<String> warnings = new ArrayList<>(weights.warnings());
        InputNormalization.warning(card, checkpoint, weights, file).ifPresent(warnings::add);
        ModelCard labeled = labels == null ? card : card.withLabels(names);
        return withEpsilon(new CardMatcher(labeled, weights, notes, warnings), checkpoint.batchNormEps(), file);
    }

    /** Uses the epsilon of the checkpoint, because its network was trained and evaluated with it. */
    private static CardMatcher withEpsilon(CardMatcher match, OptionalDouble recorded, Path file) {
        ModelCard card = match.card;
        double expected = card.architecture().batchNormEpsilon();
        if (recorded.isEmpty() || Math.abs(recorded.getAsDouble() - expected) <= SAME_EPSILON * expected) {
            return match;
        }
        double epsilon = recorded.getAsDouble();
        if (!(epsilon > 0 && epsilon < 1)) {
            throw CardinalException.checkpoint("checkpoint " + file + " has a batch-norm eps of " + epsilon
                    + ", but it must be between 0 and 1; check whether the file is corrupt");
        }
        List<String> warnings = new ArrayList<>(match.warnings);
        warnings.add("checkpoint " + file + " has a batch-norm eps of " + epsilon + ", but card " + card.id() + " has "
                + expected + "; using the value of the checkpoint");
        return new CardMatcher(card.withBatchNormEpsilon(epsilon), match.weights, match.notes, warnings);
    }
}
