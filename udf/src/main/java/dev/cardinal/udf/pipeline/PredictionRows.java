package dev.cardinal.udf.pipeline;

import dev.cardinal.udf.fetch.ImageFetcher;
import dev.cardinal.udf.fetch.ImageFetcher.Fetched;
import dev.cardinal.udf.fetch.ImageRef;
import dev.cardinal.udf.image.Preparation;
import dev.cardinal.udf.image.Status;
import dev.cardinal.udf.model.Classifier.Scores;
import dev.cardinal.udf.options.LabelOptions;
import dev.cardinal.udf.options.PredictionSchema;
import dev.cardinal.udf.options.PredictionSchema.Column;
import dev.cardinal.zoo.serving.ServedModel;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.jspecify.annotations.Nullable;

/** Creates rows of {@link PredictionSchema#table}. Stateless after construction and thread-safe. */
final class PredictionRows {
    private final ServedModel model;
    private final LabelOptions options;
    private final List<Column> columns;

    PredictionRows(ServedModel model, LabelOptions options) {
        this.model = model;
        this.options = options;
        this.columns = PredictionSchema.columns(options.emit());
    }

    /** Returns the row of a classified image. */
    Row classified(ImageRef image, RowSource source, DecodedSize decoded, Scores scores) {
        Row[] predictions = TopK.rows(scores.probabilities(), options.topK(), model.labels());
        return row(
                image,
                source,
                new RowResult(
                        Status.OK,
                        null,
                        decoded.width(),
                        decoded.height(),
                        decoded.differenceHash(),
                        predictions,
                        scores));
    }

    /** What the row keeps of a decoded image: its size before resizing, and its hash. */
    record DecodedSize(int width, int height, @Nullable Long differenceHash) {
        static DecodedSize of(Preparation.Ready ready) {
            return new DecodedSize(ready.sourceWidth(), ready.sourceHeight(), ready.differenceHash());
        }
    }

    /** Returns the row of an image that could not be prepared. */
    Row rejected(ImageRef image, RowSource source, Preparation.Rejected rejected) {
        return row(
                image,
                source,
                new RowResult(
                        rejected.status(),
                        rejected.error(),
                        rejected.sourceWidth(),
                        rejected.sourceHeight(),
                        null,
                        null,
                        null));
    }

    private Row row(ImageRef image, RowSource source, RowResult result) {
        List<@Nullable Object> values = new ArrayList<>();
        for (Column column : columns) {
            values.add(value(column, image, source, result));
        }
        for (int i = 0; i < options.fields().keep().size(); i++) {
            values.add(i < source.kept().size() ? source.kept().get(i) : null);
        }
        return RowFactory.create(values.toArray());
    }

    private @Nullable Object value(Column column, ImageRef image, RowSource source, RowResult result) {
        Scores scores = result.scores();
        return switch (column) {
            case PATH -> image.path();
            case KEY -> source.key() == null ? image.key() : source.key();
            case LENGTH -> source.length();
            case MODIFIED -> new Timestamp(image.modifiedMillis());
            case SHA256 -> source.sha256();
            case WIDTH -> result.width();
            case HEIGHT -> result.height();
            case TRUTH -> image.truth() == null ? source.truth() : image.truth();
            case STATUS -> result.status().id();
            case ERROR -> result.error();
            case PREDICTIONS -> result.predictions();
            case LOGITS -> scores == null ? null : scores.logits();
            case FEATURES -> scores == null ? null : scores.features();
            case DHASH -> result.differenceHash();
            case MODEL -> model.modelId();
        };
    }

    /** The result of an image; scores are null if it was not classified. */
    @SuppressWarnings("ArrayRecordComponent") // a carrier of values, never compared
    private record RowResult(
            Status status,
            @Nullable String error,
            @Nullable Integer width,
            @Nullable Integer height,
            @Nullable Long differenceHash,
            Row @Nullable [] predictions,
            @Nullable Scores scores) {}

    /**
     * The properties of the encoded bytes, and the values read with them.
     *
     * @param length encoded size in bytes
     * @param sha256 lower-case hex, null unless all bytes were read
     * @param key as {@link ImageFetcher.Fetched#key}
     * @param truth as {@link ImageFetcher.Fetched#truth}
     * @param kept as {@link ImageFetcher.Fetched#kept}, empty if nothing was read
     */
    record RowSource(
            long length,
            @Nullable String sha256,
            @Nullable String key,
            @Nullable String truth,
            List<@Nullable Object> kept) {

        /** Returns the source of an image that was not read. */
        static RowSource unread(ImageRef image) {
            return new RowSource(image.length(), null, null, null, List.of());
        }

        /** Returns the source of an image that was read, but cannot be prepared; without bytes its length is 0. */
        static RowSource unprepared(ImageRef image, Fetched fetched) {
            return of(fetched, fetched.problem() == null ? image.length() : 0, null);
        }

        /** Returns the source of an image that was read; the hash is null unless all its bytes were read. */
        static RowSource of(Fetched fetched, long length, @Nullable String sha256) {
            return new RowSource(length, sha256, fetched.key(), fetched.truth(), fetched.kept());
        }
    }
}
