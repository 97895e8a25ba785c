package dev.cardinal.udf.sql;

import dev.cardinal.udf.image.Preparation;
import dev.cardinal.udf.image.Status;
import dev.cardinal.udf.model.Classifier.Scores;
import dev.cardinal.udf.pipeline.TopK;
import dev.cardinal.zoo.serving.ServedModel;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.util.GenericArrayData;
import org.apache.spark.unsafe.types.UTF8String;
import org.jspecify.annotations.Nullable;

/**
 * Converts scores and rejections to Spark's internal rows of
 * {@link dev.cardinal.udf.options.PredictionSchema#classification}. For one thread.
 */
final class ClassificationConverter {
    private static final UTF8String OK = UTF8String.fromString(Status.OK.id());

    private final UTF8String[] labels;
    private final int k;

    /**
     * @param k maximum number of predictions per image
     */
    ClassificationConverter(ServedModel model, int k) {
        this.labels = model.labels().stream()
                .map(label -> UTF8String.fromString(label.name()))
                .toArray(UTF8String[]::new);
        this.k = k;
    }

    InternalRow convert(Scores scores) {
        int[] classes = TopK.indices(scores.probabilities(), k);
        Object[] predictions = new Object[classes.length];
        for (int i = 0; i < predictions.length; i++) {
            int c = classes[i];
            predictions[i] = row(c, labels[c], scores.probabilities()[c]);
        }
        return row(OK, null, new GenericArrayData(predictions));
    }

    InternalRow convert(Preparation.Rejected rejected) {
        return row(UTF8String.fromString(rejected.status().id()), UTF8String.fromString(rejected.error()), null);
    }

    private static InternalRow row(@Nullable Object... values) {
        return new GenericInternalRow(values);
    }
}
