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

    public ModelCard {
        Problems problems = new Problems();
        problems.requireId(id);
        problems.requirePresent("architecture", architecture);
        problems.requirePresent("preprocessing", preprocessing);
        problems.requirePresent("labels", labels);
        if (labels != null) {
            problems.requireLabels(labels, architecture);
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
        return architecture.nominalEdge(preprocessing);
    }

    /** Multiply-accumulate operations for one image of the nominal size. */
    public long macs() {
        return architecture.macs(preprocessing);
    }
}
