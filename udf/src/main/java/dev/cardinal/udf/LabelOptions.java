package dev.cardinal.udf;

import dev.cardinal.udf.image.ImageOptions;
import java.io.Serializable;
import java.util.Set;

/**
 * What the user decides about labelling, as far as executors need to know it.
 *
 * @param topK classes kept for each image, at most
 * @param emit columns written beside the predictions
 * @param maxFileBytes files of more bytes are {@code too_large} and not read
 * @param image how images are decoded
 * @param fields what is read of records and tables
 * @param engine how images go through an executor
 */
public record LabelOptions(
        int topK, Set<Emit> emit, long maxFileBytes, ImageOptions image, RecordFields fields, EngineOptions engine)
        implements Serializable {

    public static final int DEFAULT_TOP_K = 10;
    public static final long DEFAULT_MAX_FILE_BYTES = 268_435_456L;

    /** A column written only on request. */
    public enum Emit {
        /** The network's output before softmax. */
        LOGITS,
        /** The pooled output of the last block. */
        FEATURES
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
                EngineOptions.defaults());
    }

    /** The same options with other columns beside the predictions. */
    public LabelOptions withEmit(Set<Emit> other) {
        return new LabelOptions(topK, other, maxFileBytes, image, fields, engine);
    }

    /** The same options with other fields. */
    public LabelOptions withFields(RecordFields other) {
        return new LabelOptions(topK, emit, maxFileBytes, image, other, engine);
    }
}
