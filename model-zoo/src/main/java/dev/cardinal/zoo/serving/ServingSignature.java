package dev.cardinal.zoo.serving;

import dev.cardinal.zoo.CardinalException;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A signature of a SavedModel.
 *
 * @param key name of the signature
 * @param inputs inputs by key
 * @param outputs outputs by key
 */
public record ServingSignature(
        String key, SortedMap<String, TensorSpec> inputs, SortedMap<String, TensorSpec> outputs) {
    /** The key that TensorFlow Serving uses. */
    public static final String DEFAULT_KEY = "serving_default";

    public ServingSignature {
        inputs = new TreeMap<>(inputs);
        outputs = new TreeMap<>(outputs);
    }

    /**
     * Selects a signature: the wanted one; without a wanted one {@link #DEFAULT_KEY}, else the only signature.
     *
     * @param model name of the model in error messages
     * @throws CardinalException with the existing signatures if there is no such signature
     */
    public static ServingSignature choose(String model, List<ServingSignature> signatures, @Nullable String wanted) {
        String key = wanted == null ? DEFAULT_KEY : wanted;
        for (ServingSignature signature : signatures) {
            if (signature.key().equals(key)) {
                return signature;
            }
        }
        // TensorFlow 2 stores its initialization as a signature without inputs
        List<ServingSignature> callable = signatures.stream()
                .filter(signature -> !signature.inputs().isEmpty())
                .toList();
        if (wanted == null && callable.size() == 1) {
            return callable.get(0);
        }
        String known = callable.stream().map(ServingSignature::key).collect(Collectors.joining(", "));
        throw CardinalException.model(model + " has no signature " + key
                + (known.isEmpty()
                        ? " and no other one; export the model with a signature"
                        : ", only " + known + "; set 'signature' in the card to one of these"));
    }

    /** Example: {@code signature serving_default: inputs x float [?, 28, 28, 3]; outputs y float [?, 10]}. */
    @Override
    public String toString() {
        return "signature " + key + ": inputs " + list(inputs) + "; outputs " + list(outputs);
    }

    private static String list(Map<String, TensorSpec> tensors) {
        return tensors.isEmpty()
                ? "none"
                : tensors.entrySet().stream()
                        .map(tensor -> tensor.getKey() + " " + tensor.getValue())
                        .collect(Collectors.joining(", "));
    }
}
