package dev.cardinal.udf;

import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.serving.DeviceMemoryException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A model that is asked about half as many images where the device has too little memory for a batch, and about no more than that
 * from then on, whichever task asks.
 *
 * <p>Owns the model and closes it. Thread-safe; lives on executors.
 */
final class HalvingClassifier implements Classifier {
    private static final Logger LOG = LoggerFactory.getLogger(HalvingClassifier.class);

    private final Classifier model;
    /** Larger images take more memory: the bound is on the pixels of a batch. */
    private final AtomicLong maxPixels = new AtomicLong(Long.MAX_VALUE);

    private final @Nullable Integer fixedBatch;

    /**
     * @param fixedBatch images that the model takes in every call, null where it takes any number
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
                    "the device has too little memory for the batch of " + fixedBatch
                            + " images that the model was saved for: save it for fewer or for any number, let fewer tasks or"
                            + " programs share the device, or use --device cpu; " + cause.getMessage(),
                    cause);
        }
        if (size == 1) {
            throw CardinalException.model(
                    "the device has too little memory for a single image of %d x %d pixels: let fewer tasks or programs share it, choose --precision bf16 or fp16, a smaller model, or --device cpu; %s"
                            .formatted(width, height, cause.getMessage()),
                    cause);
        }
        int half = size / 2;
        long pixels = (long) half * height * width;
        if (maxPixels.getAndUpdate(limit -> Math.min(limit, pixels)) > pixels) {
            LOG.warn(
                    "the device has too little memory for {} images of {} x {} pixels: from now on the model is asked about"
                            + " {} at once; --batch-size {} avoids this",
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
