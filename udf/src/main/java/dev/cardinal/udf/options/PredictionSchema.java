package dev.cardinal.udf.options;

import dev.cardinal.udf.options.LabelOptions.Emit;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** The columns of the predictions table, named as in the design's section 'Predictions'. */
public final class PredictionSchema {
    private static final StructType PREDICTION = new StructType()
            .add("class_index", DataTypes.IntegerType, false)
            .add("label", DataTypes.StringType, false)
            .add("score", DataTypes.FloatType, false);

    private static final ArrayType PREDICTIONS = DataTypes.createArrayType(PREDICTION, false);

    private static final ArrayType FLOATS = DataTypes.createArrayType(DataTypes.FloatType, false);

    /** The table's own columns, in order. */
    public enum Column {
        PATH("path"),
        KEY("key"),
        LENGTH("length"),
        MODIFIED("modified"),
        SHA256("sha256"),
        WIDTH("width"),
        HEIGHT("height"),
        TRUTH("truth"),
        STATUS("status"),
        ERROR("error"),
        PREDICTIONS("predictions"),
        LOGITS("logits"),
        FEATURES("features"),
        DHASH("dhash"),
        MODEL("model");

        private final String id;

        Column(String id) {
            this.id = id;
        }

        private DataType type() {
            return switch (this) {
                case PATH, KEY, SHA256, TRUTH, STATUS, ERROR, MODEL -> DataTypes.StringType;
                case LENGTH, DHASH -> DataTypes.LongType;
                case MODIFIED -> DataTypes.TimestampType;
                case WIDTH, HEIGHT -> DataTypes.IntegerType;
                case PREDICTIONS -> PredictionSchema.PREDICTIONS;
                case LOGITS, FEATURES -> FLOATS;
            };
        }

        private boolean isIn(Set<Emit> emit) {
            return switch (this) {
                case LOGITS -> emit.contains(Emit.LOGITS);
                case FEATURES -> emit.contains(Emit.FEATURES);
                case DHASH -> emit.contains(Emit.DHASH);
                default -> true;
            };
        }
    }

    private PredictionSchema() {}

    /** Returns the own columns of a table with these columns on request, in order. */
    public static List<Column> columns(Set<Emit> emit) {
        return Arrays.stream(Column.values())
                .filter(column -> column.isIn(emit))
                .toList();
    }

    /**
     * Returns the schema of a table with these columns on request.
     *
     * @param keep columns of the source, which follow the table's own
     */
    public static StructType table(Set<Emit> emit, List<StructField> keep) {
        StructType schema = new StructType();
        for (Column column : columns(emit)) {
            schema = schema.add(column.id, column.type());
        }
        for (StructField column : keep) {
            schema = schema.add(column.name(), column.dataType());
        }
        return schema;
    }

    /** Returns the schema of the result of {@code classify}. */
    public static StructType classification() {
        return new StructType()
                .add("status", DataTypes.StringType, false)
                .add("error", DataTypes.StringType)
                .add("predictions", PREDICTIONS);
    }
}
