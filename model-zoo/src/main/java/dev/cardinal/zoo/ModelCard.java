package dev.cardinal.zoo;

import java.io.Serializable;
import java.util.List;

/**
 * Everything needed to turn a checkpoint into a model: what it is called, its architecture, how its images are prepared,
 * what its classes are called, and where it comes from.
 *
 * @param id unique name in the catalogue
 * @param aliases other names it is found by
 * @param architecture shape of the network
 * @param preprocessing how an image becomes its input
 * @param labels its classes, in the order of its outputs
 * @param source where its weights come from
 */
public record ModelCard(
        String id,
        List<String> aliases,
        Architecture architecture,
        Preprocessing preprocessing,
        List<ClassLabel> labels,
        ModelSource source)
        implements Serializable {

    private static final int NOMINAL_EDGE = 224;
    private static final int NOMINAL_CIFAR_EDGE = 32;

    public ModelCard {
        Problems problems = new Problems();
        problems.require(
                id != null && id.matches("[A-Za-z0-9][A-Za-z0-9._-]*"),
                "id must be letters, digits, dots, dashes and underscores, not '" + id + "'");
        problems.requirePresent("architecture", architecture);
        problems.requirePresent("preprocessing", preprocessing);
        problems.requirePresent("labels", labels);
        if (architecture != null && labels != null) {
            problems.require(
                    labels.size() == architecture.classes(),
                    "it has " + labels.size() + " labels for " + architecture.classes() + " classes");
        }
        problems.throwIfAny("card " + id);
        aliases = aliases == null ? List.of() : List.copyOf(aliases);
        labels = List.copyOf(labels);
        source = source == null ? new ModelSource(null, null, null, null, null) : source;
    }

    /**
     * The same card for another set of classes. Where their number is another, the weights cannot be the released ones: the
     * source is then {@link ModelSource#fineTuned}.
     */
    public ModelCard withLabels(List<ClassLabel> other) {
        ModelSource from = other.size() == labels.size() ? source : source.fineTuned();
        return new ModelCard(id, aliases, architecture.withClasses(other.size()), preprocessing, other, from);
    }

    ModelCard withBatchNormEpsilon(double epsilon) {
        return new ModelCard(id, aliases, architecture.withBatchNormEpsilon(epsilon), preprocessing, labels, source);
    }

    /** Edge of the input that its multiply-accumulate operations are counted for, in pixels. */
    public int nominalEdge() {
        Integer crop = preprocessing.crop();
        if (crop != null) {
            return crop;
        }
        return architecture.stem() == Architecture.Stem.CIFAR ? NOMINAL_CIFAR_EDGE : NOMINAL_EDGE;
    }

    /** Multiply-accumulate operations for one image of the nominal size. */
    public long macs() {
        return architecture.macs(nominalEdge());
    }
}
