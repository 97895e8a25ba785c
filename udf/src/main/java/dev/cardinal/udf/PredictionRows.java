package dev.cardinal.udf;

import dev.cardinal.udf.Classifier.Scores;
import dev.cardinal.udf.ImageFetcher.Fetched;
import dev.cardinal.udf.LabelOptions.Emit;
import dev.cardinal.udf.image.Preparation;
import dev.cardinal.udf.image.Status;
import dev.cardinal.zoo.serving.ServedModel;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.jspecify.annotations.Nullable;

/** Makes rows of {@link PredictionSchema#table}. Stateless after construction and thread-safe. */
final class PredictionRows {
    private final ServedModel model;
    private final LabelOptions options;

    PredictionRows(ServedModel model, LabelOptions options) {
        this.model = model;
        this.options = options;
    }

    /** The row of an image that was classified, with its size before resizing. */
    Row classified(ImageRef image, Source source, int width, int height, Scores scores) {
        Row[] predictions = TopK.rows(scores.probabilities(), options.topK(), model.labels());
        return row(image, source, Status.OK, null, width, height, predictions, scores);
    }

    /** The row of an image that gave no pixels. */
    Row rejected(ImageRef image, Source source, Preparation.Rejected rejected) {
        return row(
                image,
                source,
                rejected.status(),
                rejected.error(),
                rejected.sourceWidth(),
                rejected.sourceHeight(),
                null,
                null);
    }

    private Row row(
            ImageRef image,
            Source source,
            Status status,
            @Nullable String error,
            @Nullable Integer width,
            @Nullable Integer height,
            Row @Nullable [] predictions,
            @Nullable Scores scores) {
        List<@Nullable Object> values = new ArrayList<>();
        values.add(image.path());
        values.add(source.key() == null ? image.key() : source.key());
        values.add(source.length());
        values.add(new Timestamp(image.modifiedMillis()));
        values.add(source.sha256());
        values.add(width);
        values.add(height);
        values.add(image.truth() == null ? source.truth() : image.truth());
        values.add(status.id());
        values.add(error);
        values.add(predictions);
        if (options.emit().contains(Emit.LOGITS)) {
            values.add(scores == null ? null : scores.logits());
        }
        if (options.emit().contains(Emit.FEATURES)) {
            values.add(scores == null ? null : scores.features());
        }
        values.add(model.modelId());
        for (int i = 0; i < options.fields().keep().size(); i++) {
            values.add(i < source.kept().size() ? source.kept().get(i) : null);
        }
        return RowFactory.create(values.toArray());
    }

    /**
     * What is known of the encoded bytes, and what was read beside them.
     *
     * @param length encoded size in bytes
     * @param sha256 lower-case hex, null unless all bytes were read
     * @param key as {@link ImageFetcher.Fetched#key}
     * @param truth as {@link ImageFetcher.Fetched#truth}
     * @param kept as {@link ImageFetcher.Fetched#kept}, empty where nothing was read
     */
    record Source(
            long length,
            @Nullable String sha256,
            @Nullable String key,
            @Nullable String truth,
            List<@Nullable Object> kept) {

        /** Of an image that was not read. */
        static Source unread(ImageRef image) {
            return new Source(image.length(), null, null, null, List.of());
        }

        /** Of an image that was read, with the hash of all its bytes, or null where there are more of them than were read. */
        static Source of(Fetched fetched, long length, @Nullable String sha256) {
            return new Source(length, sha256, fetched.key(), fetched.truth(), fetched.kept());
        }
    }
}
