package dev.cardinal.zoo.checkpoint;

import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.checkpoint.Pickled.Dict;
import dev.cardinal.zoo.checkpoint.Pickled.Storage;
import dev.cardinal.zoo.checkpoint.Pickled.Tensor;
import dev.cardinal.zoo.checkpoint.Pickled.Text;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The weights in what {@code torch.save} was given: a state dict, or a dict that holds one beside an epoch, an optimizer and the
 * like.
 *
 * <p>Where a training script saved averaged weights as well, those are taken: they are what it evaluated.
 */
final class StateDict {
    private static final List<String> WRAPPERS = List.of("state_dict_ema", "model_ema", "state_dict", "model");
    private static final int MAX_WRAPPERS = 4;

    private StateDict() {}

    /**
     * The tensors by name; what is no tensor is passed over.
     *
     * @param root the unpickled value
     * @param bytes where the bytes of a storage lie
     * @throws CardinalException if there are no weights, two of the same name, or one outside its storage
     */
    static Map<String, TensorSource> tensors(Pickled root, MappedFile file, Function<Storage, StoredBytes> bytes) {
        NamedTensors tensors = new NamedTensors(file);
        unwrap(root, file.origin()).entries.forEach((key, value) -> {
            if (key instanceof Text text && value instanceof Tensor tensor) {
                StoredBytes stored = bytes.apply(tensor.storage());
                tensors.add(text.value(), tensor.type(), tensor.shape(), tensor.strides(), tensor.start(), stored);
            }
        });
        return tensors.all();
    }

    private static Dict unwrap(Pickled root, Origin origin) {
        Dict weights = root instanceof Dict dict ? find(dict, 0) : null;
        if (weights == null) {
            throw origin.refused(
                    "it holds no state dict, neither bare nor under " + String.join(", ", WRAPPERS),
                    "save the weights with torch.save(model.state_dict(), file)");
        }
        return weights;
    }

    /** Wrappers first: a training script may put a tensor, such as the best accuracy, beside them. */
    private static @Nullable Dict find(Dict dict, int depth) {
        if (depth < MAX_WRAPPERS) {
            for (String wrapper : WRAPPERS) {
                Dict found = dict.get(wrapper) instanceof Dict inner ? find(inner, depth + 1) : null;
                if (found != null) {
                    return found;
                }
            }
        }
        return dict.entries.values().stream().anyMatch(Tensor.class::isInstance) ? dict : null;
    }
}
