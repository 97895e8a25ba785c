package dev.cardinal.udf.pipeline;

import dev.cardinal.udf.fetch.ImageFetcher;
import dev.cardinal.udf.fetch.ImageFetcher.Fetched;
import dev.cardinal.udf.fetch.ImageRef;
import dev.cardinal.udf.image.ImageOptions;
import dev.cardinal.udf.image.ImagePreparer;
import dev.cardinal.udf.image.Preparation.Rejected;
import dev.cardinal.udf.image.Status;
import dev.cardinal.udf.options.LabelOptions;
import dev.cardinal.zoo.card.Preprocessing;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;
import org.jspecify.annotations.Nullable;

/**
 * Reads and prepares a few images as a labeling task does, one after another and without a model. Serialized with every task;
 * closes what it opens.
 */
public final class ReadImages implements FlatMapFunction<Iterator<ImageRef>, ReadImages.ReadOutcome> {
    private static final long serialVersionUID = 1L;

    private final Preprocessing preprocessing;
    private final LabelOptions options;
    private final Broadcast<SerializableConfiguration> configuration;

    /**
     * The result of an image.
     *
     * @param path identity of its row
     * @param status status of its row; null if the store failed, in which case a labeling task writes no row
     * @param error what is wrong, one line; null if the image is ok
     */
    public record ReadOutcome(
            String path, @Nullable Status status, @Nullable String error) implements Serializable {
        private static ReadOutcome of(ImageRef image, @Nullable Rejected rejected) {
            return rejected == null
                    ? new ReadOutcome(image.path(), Status.OK, null)
                    : new ReadOutcome(image.path(), rejected.status(), rejected.error());
        }
    }

    public ReadImages(
            Preprocessing preprocessing, LabelOptions options, Broadcast<SerializableConfiguration> configuration) {
        this.preprocessing = preprocessing;
        this.options = options;
        this.configuration = configuration;
    }

    /** {@inheritDoc} Stops after the first image for which the store fails. */
    @Override
    public Iterator<ReadOutcome> call(Iterator<ImageRef> images) throws IOException {
        ImageFetchers fetchers = ImageFetchers.of(configuration.value().value(), options.fields());
        List<ReadOutcome> outcomes = new ArrayList<>();
        try (ImagePreparer preparer = ModelInput.preparer(preprocessing, ImageOptions.defaults())) {
            boolean up = true;
            while (up && images.hasNext()) {
                ReadOutcome outcome = outcome(images.next(), fetchers, preparer);
                outcomes.add(outcome);
                up = outcome.status() != null;
            }
        }
        return outcomes.iterator();
    }

    private ReadOutcome outcome(ImageRef image, ImageFetchers fetchers, ImagePreparer preparer) {
        BoundedFetcher bounded = new BoundedFetcher(options.maxFileBytes());
        Rejected unread = bounded.rejectedByListing(image);
        if (unread != null) {
            return ReadOutcome.of(image, unread);
        }
        try (ImageFetcher fetcher = fetchers.open(image.location().container())) {
            BoundedFetcher.FetchResult result = bounded.fetch(image, fetcher);
            Fetched fetched = result.fetched();
            return fetched == null || result.rejected() != null
                    ? ReadOutcome.of(image, result.rejected())
                    : ReadOutcome.of(
                            image, preparer.prepare(fetched.encoded()) instanceof Rejected rejected ? rejected : null);
        } catch (IOException e) {
            return new ReadOutcome(image.path(), null, BoundedFetcher.firstLine(e));
        }
    }
}
