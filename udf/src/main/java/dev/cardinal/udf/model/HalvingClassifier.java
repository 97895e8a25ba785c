package dev.cardinal.udf.model;

import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.serving.DeviceMemoryException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A classifier that halves a batch that does not fit into the device's memory. The smaller size then limits all later
 * batches, of all tasks.
 *
 * <p>Owns the wrapped model and closes it. Thread-safe. Lives on executors.
 */
final class HalvingClassifier implements Classifier {
    private static final Logger LOG = LoggerFactory.getLogger(HalvingClassifier.class);

    private final Classifier model;
    /** Limits the pixels of a batch, not its images, because larger images need more memory. */
    private final AtomicLong maxPixels = new AtomicLong(Long.MAX_VALUE);

    private final @Nullable Integer fixedBatch;

    /**
     * @param fixedBatch batch size that the model requires, null if it accepts any
     */
    HalvingClassifier(Classifier model, @Nullable Integer fixedBatch) {
        this.model = model;
        this.fixedBatch = fixedBatch;
    }

    @Override
    public List<Scores> classify(List<byte[]> images, int height, int width) {
        long pixels = (long) height * width;
        List<Scores> scores = new ArrayList<>(images.size());
        while (scores.size() < images.size()) {
            int left = images.size() - scores.size();
            int size = (int) Math.min(left, Math.max(1, maxPixels.get() / pixels));
            try {
                scores.addAll(model.classify(images.subList(scores.size(), scores.size() + size), height, width));
            } catch (DeviceMemoryException e) {
                halve(size, height, width, e);
            }
        }
        return scores;
    }

    private void halve(int size, int height, int width, DeviceMemoryException cause) {
        if (fixedBatch != null) {
            throw CardinalException.model(
                    "out of device memory for the batch of " + fixedBatch
                            + " images that the model was saved for: save the model with a smaller or a variable batch size,"
                            + " let fewer tasks or programs share the device, or use --device cpu; "
                            + cause.getMessage(),
                    cause);
        }
        if (size == 1) {
            throw CardinalException.model(
                    String.format(
                            Locale.ROOT,
                            "out of device memory for a single image of %d x %d pixels: let fewer tasks or programs share the"
                                    + " device, or use --precision bf16 or fp16, a smaller model, or --device cpu; %s",
                            width,
                            height,
                            cause.getMessage()),
                    cause);
        }
        int half = size / 2;
        long pixels = (long) half * height * width;
        if (maxPixels.getAndUpdate(limit -> Math.min(limit, pixels)) > pixels) {
            LOG.warn(
                    "out of device memory for a batch of {} images of {} x {} pixels: reducing the batch size to {};"
                            + " --batch-size {} avoids this",
                    size,
                    width,
                    height,
                    half,
                    half);
        }
    }

    @Override
    public void close() {
        model.close();
    }
}
