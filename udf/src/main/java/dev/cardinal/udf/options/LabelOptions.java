package dev.cardinal.udf.options;

import dev.cardinal.udf.fetch.RecordFields;
import dev.cardinal.udf.image.ImageOptions;
import dev.cardinal.zoo.PublicApi;
import java.io.Serializable;
import java.util.Set;

/**
 * The user's options of labeling that executors need.
 *
 * @param topK largest number of classes to keep for each image
 * @param emit columns to write in addition to the predictions
 * @param maxFileBytes larger files get the status {@code too_large} and are not read
 * @param image how images are decoded and prepared
 * @param fields fields of records and tables to read
 * @param execution how an executor processes images
 */
@PublicApi
public record LabelOptions(
        int topK,
        Set<Emit> emit,
        long maxFileBytes,
        ImageOptions image,
        RecordFields fields,
        ExecutionOptions execution)
        implements Serializable {

    public static final int DEFAULT_TOP_K = 10;
    public static final long DEFAULT_MAX_FILE_BYTES = 268_435_456L;

    /** A column that is written only on request. */
    public enum Emit {
        /** The network's output before softmax. */
        LOGITS,
        /** The pooled output of the last block. */
        FEATURES,
        /** The difference hash of the decoded image, with which near-duplicates are found. */
        DHASH
    }

    public LabelOptions {
        emit = Set.copyOf(emit);
        if (topK < 1 || maxFileBytes < 1) {
            throw new IllegalArgumentException(
                    "topK and maxFileBytes must be at least 1: " + topK + ", " + maxFileBytes);
        }
    }

    public static LabelOptions defaults() {
        return new LabelOptions(
                DEFAULT_TOP_K,
                Set.of(),
                DEFAULT_MAX_FILE_BYTES,
                ImageOptions.defaults(),
                RecordFields.usual(),
                ExecutionOptions.defaults());
    }

    /**
     * Returns the number of images that the model classifies at once. The views of an image stay together, so that their number
     * limits the images of a batch.
     */
    public int imagesPerBatch() {
        return Math.max(1, execution.batchSize() / image.views().count());
    }

    /** Returns these options with other columns in addition to the predictions. */
    public LabelOptions withEmit(Set<Emit> other) {
        return new LabelOptions(topK, other, maxFileBytes, image, fields, execution);
    }

    /** Returns these options with another handling of images. */
    public LabelOptions withImage(ImageOptions other) {
        return new LabelOptions(topK, emit, maxFileBytes, other, fields, execution);
    }

    /** Returns these options with other options of execution. */
    public LabelOptions withExecution(ExecutionOptions other) {
        return new LabelOptions(topK, emit, maxFileBytes, image, fields, other);
    }

    /** Returns these options with other fields. */
    public LabelOptions withFields(RecordFields other) {
        return new LabelOptions(topK, emit, maxFileBytes, image, other, execution);
    }
}
