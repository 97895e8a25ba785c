package dev.cardinal.zoo.checkpoint;

import dev.cardinal.zoo.checkpoint.Pickled.Dict;
import dev.cardinal.zoo.checkpoint.Pickled.Storage;
import dev.cardinal.zoo.checkpoint.Pickled.Tensor;
import dev.cardinal.zoo.checkpoint.Pickled.Text;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The weights in what {@code torch.save} was given: a state dict, or a dict that holds one beside an epoch, an optimizer and the
 * like.
 *
 * <p>Where a training script saved averaged weights as well, those are taken: they are what it evaluated.
 */
final class StateDict {
    private static final List<String> WRAPPERS = List.of("state_dict_ema", "model_ema", "state_dict", "model");
    private static final List<String> PREFIXES = List.of("module.", "_orig_mod.");
    private static final int MAX_WRAPPERS = 4;

    private StateDict() {}

    /**
     * The tensors by name, without the prefixes that wrappers add.
     *
     * @param root the unpickled value
     * @param bytes where the bytes of a storage lie
     * @throws dev.cardinal.zoo.CardinalException if there are no weights, two of the same name, or one outside its storage
     */
    static Map<String, TensorSource> tensors(Pickled root, MappedFile file, Function<Storage, StoredBytes> bytes) {
        Map<String, TensorSource> tensors = new LinkedHashMap<>();
        unwrap(root, file.origin()).entries.forEach((key, value) -> {
            if (key instanceof Text text && value instanceof Tensor tensor) {
                String name = plainName(text.value());
                TensorSource source = view(name, tensor, bytes).checkedAgainst(file);
                if (tensors.put(name, source) != null) {
                    throw file.origin()
                            .refused(
                                    "two of its tensors are called " + name + " when " + String.join(", ", PREFIXES)
                                            + " are dropped",
                                    "save one model only");
                }
            }
        });
        return Collections.unmodifiableMap(tensors);
    }

    private static StridedTensor view(String name, Tensor tensor, Function<Storage, StoredBytes> bytes) {
        TensorInfo info = new TensorInfo(name, tensor.type(), tensor.shape());
        return new StridedTensor(info, bytes.apply(tensor.storage()), tensor.start(), tensor.strides());
    }

    private static Dict unwrap(Pickled root, Origin origin) {
        Pickled value = root;
        for (int depth = 0; depth < MAX_WRAPPERS && value instanceof Dict dict; depth++) {
            if (dict.entries.values().stream().anyMatch(Tensor.class::isInstance)) {
                return dict;
            }
            value = WRAPPERS.stream()
                    .filter(wrapper -> dict.get(wrapper) instanceof Dict)
                    .findFirst()
                    .<Pickled>map(dict::get)
                    .orElse(Pickled.None.NONE);
        }
        throw origin.refused(
                "it holds no state dict, neither bare nor under " + String.join(", ", WRAPPERS),
                "save the weights with torch.save(model.state_dict(), file)");
    }

    private static String plainName(String name) {
        String plain = name;
        boolean changed = true;
        while (changed) {
            changed = false;
            for (String prefix : PREFIXES) {
                if (plain.startsWith(prefix)) {
                    plain = plain.substring(prefix.length());
                    changed = true;
                }
            }
        }
        return plain;
    }
}
