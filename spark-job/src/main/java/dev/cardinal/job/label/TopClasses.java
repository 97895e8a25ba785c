package dev.cardinal.job.label;

import dev.cardinal.udf.model.Softmax;
import dev.cardinal.udf.pipeline.TopK;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import scala.collection.Seq;

/**
 * The classes with the highest probabilities of an image, from its logits or its probabilities. A function for Spark; runs on
 * executors; serializable and stateless.
 *
 * @param areLogits whether the numbers are logits, whose softmax is the score, calculated in double precision
 */
record TopClasses(boolean areLogits) implements UDF1<@Nullable Seq<@Nullable Float>, Row @Nullable []> {
    /** Type of the result. */
    static final ArrayType TYPE = DataTypes.createArrayType(
            new StructType().add("class_index", DataTypes.IntegerType).add("score", DataTypes.FloatType));

    /** As many as metrics need. */
    static final int COUNT = 5;

    @Override
    public Row @Nullable [] call(@Nullable Seq<@Nullable Float> numbers) {
        if (numbers == null) {
            return null;
        }
        float[] values = new float[numbers.length()];
        for (int c = 0; c < values.length; c++) {
            Float value = numbers.apply(c);
            values[c] = value == null ? Float.NaN : value;
        }
        int[] classes = TopK.indices(values, COUNT);
        float[] scores = areLogits ? Softmax.of(values, 1) : values;
        Row[] rows = new Row[classes.length];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = RowFactory.create(classes[i], scores[classes[i]]);
        }
        return rows;
    }
}
