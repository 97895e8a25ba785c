package dev.cardinal.job.label;

import static org.apache.spark.sql.functions.array_sort;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.filter;
import static org.apache.spark.sql.functions.greatest;
import static org.apache.spark.sql.functions.least;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.transform;

import dev.cardinal.zoo.CardinalException;
import java.util.Arrays;
import java.util.Set;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Converts columns that another program has written to the types of a predictions table: pandas makes {@code class_index} a bigint
 * and {@code score} a double. Stateless.
 */
final class PredictionTypes {
    static final String PREDICTIONS = "predictions";
    private static final String CLASS_INDEX = "class_index";
    private static final String SCORE = "score";

    private static final Set<DataType> INTEGERS =
            Set.of(DataTypes.ByteType, DataTypes.ShortType, DataTypes.IntegerType, DataTypes.LongType);
    private static final Set<DataType> REALS = Set.of(DataTypes.FloatType, DataTypes.DoubleType);

    private PredictionTypes() {}

    /**
     * Returns a schema that does not read the labels of predictions: readers take them from the classes of the model.
     *
     * @throws CardinalException if the column {@code predictions} has another structure
     */
    static StructType withoutLabels(StructType schema, String name) {
        StructType element = element(schema, name);
        StructType slim = new StructType(new StructField[] {element.apply(CLASS_INDEX), element.apply(SCORE)});
        return new StructType(Arrays.stream(schema.fields())
                .map(field -> field.name().equals(PREDICTIONS)
                        ? DataTypes.createStructField(PREDICTIONS, DataTypes.createArrayType(slim), true)
                        : field)
                .toArray(StructField[]::new));
    }

    /**
     * Returns the column {@code predictions}, with {@code class_index} as int and {@code score} as float.
     *
     * @param name the table, for the message
     * @throws CardinalException if the column has another structure
     */
    static Column predictions(StructType schema, String name) {
        StructType element = element(schema, name);
        if (element.apply(CLASS_INDEX).dataType().equals(DataTypes.IntegerType)
                && element.apply(SCORE).dataType().equals(DataTypes.FloatType)) {
            return col(PREDICTIONS);
        }
        return transform(
                        col(PREDICTIONS),
                        each -> struct(index(each).as(CLASS_INDEX), score(each).as(SCORE)))
                .as(PREDICTIONS);
    }

    /**
     * Returns the column {@code predictions} in the same types, and in the order of a predictions table: highest score first, and
     * for equal scores the lower class index.
     */
    static Column sortedPredictions(StructType schema, String name) {
        element(schema, name);
        Column complete =
                filter(col(PREDICTIONS), each -> each.getField(CLASS_INDEX).isNotNull());
        Column sorted = array_sort(transform(
                complete,
                each -> struct(
                        score(each).multiply(lit(-1f)).as("negative"),
                        index(each).as(CLASS_INDEX))));
        return transform(
                        sorted,
                        each -> struct(
                                each.getField(CLASS_INDEX).as(CLASS_INDEX),
                                each.getField("negative").multiply(lit(-1f)).as(SCORE)))
                .as(PREDICTIONS);
    }

    /** A class index that is too large for an int belongs to no model, and is kept. */
    private static Column index(Column prediction) {
        return least(greatest(prediction.getField(CLASS_INDEX), lit(-1)), lit(Integer.MAX_VALUE))
                .cast(DataTypes.IntegerType);
    }

    private static Column score(Column prediction) {
        return orNan(prediction.getField(SCORE));
    }

    private static StructType element(StructType schema, String name) {
        DataType type = schema.apply(PREDICTIONS).dataType();
        if (type instanceof ArrayType array
                && array.elementType() instanceof StructType element
                && has(element, CLASS_INDEX, INTEGERS)
                && has(element, SCORE, REALS)) {
            return element;
        }
        throw CardinalException.input("predictions " + name + ": column predictions is " + type.simpleString()
                + "; it must be array<struct<class_index:int,label:string,score:float>>, or the same with"
                + " bigint and double");
    }

    private static boolean has(StructType element, String field, Set<DataType> types) {
        return Arrays.asList(element.fieldNames()).contains(field)
                && types.contains(element.apply(field).dataType());
    }

    /**
     * Returns a column of one number per class as array of float, without null elements.
     *
     * @throws CardinalException if the column is not an array of float or double
     */
    static Column floats(StructType schema, String column, String name) {
        DataType type = schema.apply(column).dataType();
        if (type instanceof ArrayType array && REALS.contains(array.elementType())) {
            return transform(col(column), PredictionTypes::orNan).as(column);
        }
        throw CardinalException.input("predictions " + name + ": column " + column + " is " + type.simpleString()
                + "; it must be array<float> or array<double>");
    }

    /** pandas writes NaN as null. */
    private static Column orNan(Column number) {
        return coalesce(number.cast(DataTypes.FloatType), lit(Float.NaN));
    }
}
