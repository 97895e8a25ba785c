package dev.cardinal.zoo;

import dev.cardinal.zoo.checkpoint.Checkpoint;
import dev.cardinal.zoo.checkpoint.TensorInfo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Compares the tensors an architecture expects with those a checkpoint holds; the counter of training batches is optional. */
final class StateDictCheck {
    private static final String BATCH_COUNTER = ".num_batches_tracked";

    private StateDictCheck() {}

    /** Every missing, extra, wrongly shaped or wrongly typed tensor, one line each. */
    static List<String> problems(Architecture architecture, Checkpoint checkpoint) {
        Map<String, List<Long>> expected = architecture.tensors();
        Map<String, TensorInfo> found = checkpoint.tensors();
        List<String> problems = new ArrayList<>();
        expected.forEach((name, shape) -> {
            TensorInfo tensor = found.get(name);
            if (tensor == null) {
                problems.add("missing: " + name + " " + shape);
            } else if (!tensor.shape().equals(shape)) {
                problems.add("wrong shape: the card expects " + name + " " + shape + ", the checkpoint has "
                        + tensor.shape());
            } else if (!tensor.type().isFloating()) {
                problems.add("wrong type: " + name + " holds " + tensor.type() + ", no floating-point numbers");
            }
        });
        found.values().stream()
                .filter(tensor ->
                        !expected.containsKey(tensor.name()) && !tensor.name().endsWith(BATCH_COUNTER))
                .forEach(tensor -> problems.add("not in the card: " + tensor.name() + " " + tensor.shape()));
        return problems;
    }

    /** The error that lists them. */
    static CardinalException mismatch(ModelCard card, Path file, List<String> problems) {
        StringBuilder message = new StringBuilder(
                "card " + card.id() + " and checkpoint " + file + " do not match in " + problems.size() + " of "
                        + card.architecture().tensors().size() + " tensors; is it another architecture?");
        problems.forEach(problem -> message.append("\n  ").append(problem));
        return CardinalException.checkpoint(message.toString());
    }
}
