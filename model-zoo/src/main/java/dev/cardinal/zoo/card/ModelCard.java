package dev.cardinal.zoo.card;

import java.io.Serializable;
import java.util.List;

/**
 * The description that is needed to convert a checkpoint into a model: name, architecture, preprocessing, class labels
 * and source.
 *
 * @param id unique name in the catalog
 * @param aliases other names of the model
 * @param architecture architecture of the network
 * @param preprocessing conversion of an image into the input of the network
 * @param labels classes, in the order of the network's outputs
 * @param source origin of the weights
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
        CardProblems problems = new CardProblems();
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
     * Returns this card with other classes. If their number differs, the weights cannot be the released ones: the
     * source is then {@link ModelSource#fineTuned}.
     */
    public ModelCard withLabels(List<ClassLabel> other) {
        ModelSource from = other.size() == labels.size() ? source : source.fineTuned();
        return new ModelCard(id, aliases, architecture.withClasses(other.size()), preprocessing, other, from);
    }

    /** Returns this card with another value added to the variance in batch normalization. */
    public ModelCard withBatchNormEpsilon(double epsilon) {
        return new ModelCard(id, aliases, architecture.withBatchNormEpsilon(epsilon), preprocessing, labels, source);
    }

    /**
     * Returns this card with another preprocessing. Published accuracies were measured with the original one, so the
     * result has none.
     */
    public ModelCard withPreprocessing(Preprocessing other) {
        return other.equals(preprocessing)
                ? this
                : new ModelCard(id, aliases, architecture, other, labels, source.withoutAccuracy());
    }

    /** Returns the edge of the nominal input, in pixels. */
    public int nominalEdge() {
        return architecture.nominalEdge(preprocessing);
    }

    /** Returns the multiply-accumulate operations for one image of the nominal size. */
    public long macs() {
        return architecture.macs(preprocessing);
    }
}
