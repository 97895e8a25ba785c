package dev.cardinal.udf;

import dev.cardinal.udf.LabelOptions.Emit;
import java.util.List;
import java.util.Set;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Columns of the predictions table, as the design's section 'Predictions' names them. */
public final class PredictionSchema {
    private static final StructType PREDICTION = new StructType()
            .add("class_index", DataTypes.IntegerType, false)
            .add("label", DataTypes.StringType, false)
            .add("score", DataTypes.FloatType, false);

    private static final ArrayType PREDICTIONS = DataTypes.createArrayType(PREDICTION, false);

    private static final ArrayType FLOATS = DataTypes.createArrayType(DataTypes.FloatType, false);

    private PredictionSchema() {}

    /**
     * Schema of a table with these columns on request.
     *
     * @param keep columns of the source that follow its own
     */
    public static StructType table(Set<Emit> emit, List<StructField> keep) {
        StructType schema = new StructType()
                .add("path", DataTypes.StringType)
                .add("key", DataTypes.StringType)
                .add("length", DataTypes.LongType)
                .add("modified", DataTypes.TimestampType)
                .add("sha256", DataTypes.StringType)
                .add("width", DataTypes.IntegerType)
                .add("height", DataTypes.IntegerType)
                .add("truth", DataTypes.StringType)
                .add("status", DataTypes.StringType)
                .add("error", DataTypes.StringType)
                .add("predictions", PREDICTIONS);
        if (emit.contains(Emit.LOGITS)) {
            schema = schema.add("logits", FLOATS);
        }
        if (emit.contains(Emit.FEATURES)) {
            schema = schema.add("features", FLOATS);
        }
        schema = schema.add("model", DataTypes.StringType);
        for (StructField column : keep) {
            schema = schema.add(column.name(), column.dataType());
        }
        return schema;
    }

    /** Schema of what {@code classify} returns. */
    public static StructType classification() {
        return new StructType()
                .add("status", DataTypes.StringType, false)
                .add("error", DataTypes.StringType)
                .add("predictions", PREDICTIONS);
    }
}
