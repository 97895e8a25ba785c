package dev.cardinal.zoo.card;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is published about a model of the catalog, in the words and figures of its sources. Sources may differ from each
 * other, and from the counts of {@link Architecture}.
 *
 * @param collection name of the collection, or null
 * @param paper paper that describes the model, or null
 * @param sizes parameters and operations, one for each source that has them
 * @param fileSize size of the released file as printed, in bytes unless it has a unit, or null
 * @param components kinds of layers
 * @param training how the model was trained, or null
 * @param code URL of the code that defines it, or null
 * @param accuracies accuracies, one for each source and data set
 */
public record Publication(
        @Nullable String collection,
        @Nullable Paper paper,
        List<PublishedSize> sizes,
        @Nullable String fileSize,
        List<String> components,
        @Nullable Training training,
        @Nullable String code,
        List<PublishedAccuracy> accuracies) {

    /**
     * A paper.
     *
     * @param citation BibTeX
     */
    public record Paper(String title, String url, String citation) {}

    /**
     * Size of a network as printed.
     *
     * @param source document
     * @param parameters number of parameters, or null
     * @param flops operations for an image; see docs/models.md for how the sources count
     */
    public record PublishedSize(String source, @Nullable String parameters, String flops) {}

    /**
     * How a model was trained.
     *
     * @param data data sets
     * @param techniques optimizer and regularization
     * @param resources hardware
     * @param learningRate learning rate, or null
     * @param momentum momentum, or null
     * @param weightDecay weight decay
     * @param batchSize images in a batch
     * @param epochs number of epochs
     */
    public record Training(
            List<String> data,
            List<String> techniques,
            String resources,
            @Nullable Double learningRate,
            @Nullable Double momentum,
            double weightDecay,
            int batchSize,
            int epochs) {}

    /**
     * An accuracy.
     *
     * @param dataSet images that were classified
     * @param edge edge of the image, in pixels
     * @param crops crops of an image, such as {@code center crop}
     * @param top1 percent
     * @param top5 percent, or null
     * @param source who published it
     */
    public record PublishedAccuracy(
            String dataSet,
            int edge,
            String crops,
            double top1,
            @Nullable Double top5,
            String source) {}

    public Publication {
        sizes = List.copyOf(sizes);
        components = List.copyOf(components);
        accuracies = List.copyOf(accuracies);
    }
}
