package dev.cardinal.zoo.naming;

import dev.cardinal.zoo.card.Architecture;
import dev.cardinal.zoo.checkpoint.Checkpoint;
import dev.cardinal.zoo.checkpoint.TensorInfo;
import dev.cardinal.zoo.naming.StateDictNames.StoredName;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where each tensor of a card is in a checkpoint. Immutable.
 *
 * @param sources the source of each tensor of the architecture, in network order
 * @param classes number of outputs of the last layer
 * @param lastLayer stored name and shape of the last layer's weight, for messages
 * @param notes which weights are used and what else the file contains, one line each
 * @param warnings warnings for the user, one line each
 */
public record WeightMapping(
        Map<String, WeightSource> sources, int classes, String lastLayer, List<String> notes, List<String> warnings) {

    public WeightMapping {
        lastLayer = Names.printable(lastLayer);
        notes = notes.stream().map(Names::printable).toList();
        warnings = warnings.stream().map(Names::printable).toList();
    }

    /**
     * The source of one tensor.
     *
     * @param stored where the tensor is in the file, or null if nothing is stored and the elements are 0
     * @param elements number of elements
     */
    record WeightSource(@Nullable StoredName stored, long elements, WeightLayout layout) {}

    static Map<String, WeightSource> sources(Architecture architecture, WeightLocation location, Head head) {
        Map<String, WeightSource> sources = new LinkedHashMap<>();
        architecture.withClasses(head.classes()).tensors().forEach((tensor, shape) -> {
            String plain =
                    switch (tensor) {
                        case Head.WEIGHT -> head.weight();
                        case Head.BIAS -> head.bias();
                        default -> location.fitting().get(tensor);
                    };
            TensorInfo stored = plain == null ? null : location.names().get(plain);
            long elements = shape.stream().reduce(1L, Math::multiplyExact);
            WeightLayout layout = WeightLayout.AS_STORED;
            if (stored == null) {
                layout = WeightLayout.ZEROS;
            } else if (!Head.isPart(tensor)) {
                layout = Objects.requireNonNull(WeightLayout.of(shape, stored.shape()));
            }
            StoredName source = plain == null ? null : location.names().stored(plain);
            sources.put(tensor, new WeightSource(source, elements, layout));
        });
        return sources;
    }

    /** Reads the elements of a tensor of the architecture from the checkpoint. */
    public float[] read(Checkpoint checkpoint, String tensor) {
        WeightSource source = sources.get(tensor);
        if (source == null) {
            throw new IllegalArgumentException("no tensor " + tensor);
        }
        StoredName stored = source.stored();
        return stored == null
                ? new float[Math.toIntExact(source.elements())]
                : source.layout().apply(checkpoint.read(stored.stateDict(), stored.name()));
    }

    /** Returns the path of the state dict that contains the first convolution. */
    public String stateDict() {
        StoredName stored = sources.values().iterator().next().stored();
        return stored == null ? "" : stored.stateDict();
    }

    /** Returns the name in the checkpoint of a tensor of the architecture, for messages. */
    public String storedName(String tensor) {
        WeightSource source = sources.get(tensor);
        StoredName stored = source == null ? null : source.stored();
        return stored == null ? tensor : Names.printable(stored.name());
    }
}
