package dev.cardinal.udf;

import dev.cardinal.udf.ImageFetcher.DamagedRecordException;
import dev.cardinal.udf.ImageFetcher.Fetched;
import dev.cardinal.udf.ImageFetcher.UnreadableImageException;
import dev.cardinal.udf.image.ImageOptions;
import dev.cardinal.udf.image.ImagePreparer;
import dev.cardinal.udf.image.Preparation;
import dev.cardinal.udf.image.Status;
import dev.cardinal.zoo.Preprocessing;
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
 * Reads and prepares a few images as a labelling task does, one after another and without a model. Serialized with every task;
 * closes what it opens.
 */
public final class ReadImages implements FlatMapFunction<Iterator<ImageRef>, ReadImages.Outcome> {
    private static final long serialVersionUID = 1L;

    private final Preprocessing preprocessing;
    private final LabelOptions options;
    private final Broadcast<SerializableConfiguration> configuration;

    /**
     * What came of an image.
     *
     * @param path identity of its row
     * @param status of its row; null where the store failed, which no row would say
     * @param error what is wrong, one line; null where the image is ok
     */
    public record Outcome(
            String path, @Nullable Status status, @Nullable String error) implements Serializable {}

    public ReadImages(
            Preprocessing preprocessing, LabelOptions options, Broadcast<SerializableConfiguration> configuration) {
        this.preprocessing = preprocessing;
        this.options = options;
        this.configuration = configuration;
    }

    /** {@inheritDoc} Ends with the first image that the store fails at. */
    @Override
    public Iterator<Outcome> call(Iterator<ImageRef> images) throws IOException {
        ImageFetchers fetchers = ImageFetchers.of(configuration.value().value(), options.fields());
        List<Outcome> outcomes = new ArrayList<>();
        try (ImagePreparer preparer = ModelInput.preparer(preprocessing, ImageOptions.defaults())) {
            boolean up = true;
            while (up && images.hasNext()) {
                Outcome outcome = outcome(images.next(), fetchers, preparer);
                outcomes.add(outcome);
                up = outcome.status() != null;
            }
        }
        return outcomes.iterator();
    }

    private Outcome outcome(ImageRef image, ImageFetchers fetchers, ImagePreparer preparer) {
        ImageRef.Problem problem = image.problem();
        if (problem != null) {
            return new Outcome(image.path(), problem.status(), problem.error());
        }
        long limit = Math.min(options.maxFileBytes(), Integer.MAX_VALUE - 17L);
        try (ImageFetcher fetcher = fetchers.open(image.location().container())) {
            Fetched fetched = fetcher.fetch(image, (int) (limit + 1));
            if (fetched.encoded().length > limit) {
                return new Outcome(image.path(), Status.TOO_LARGE, "more than " + limit + " bytes");
            }
            return outcome(image, preparer.prepare(fetched.encoded()));
        } catch (UnreadableImageException e) {
            return new Outcome(image.path(), Status.UNREADABLE, firstLine(e));
        } catch (DamagedRecordException e) {
            return new Outcome(image.path(), Status.UNDECODABLE, firstLine(e));
        } catch (IOException e) {
            return new Outcome(image.path(), null, firstLine(e));
        }
    }

    private static Outcome outcome(ImageRef image, Preparation preparation) {
        return preparation instanceof Preparation.Rejected rejected
                ? new Outcome(image.path(), rejected.status(), rejected.error())
                : new Outcome(image.path(), Status.OK, null);
    }

    private static String firstLine(IOException e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }
}
