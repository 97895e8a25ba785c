package dev.cardinal.udf.shard;

import dev.cardinal.udf.LabelOptions.Emit;
import dev.cardinal.udf.PredictionSchema;
import dev.cardinal.udf.RecordFields;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.Type;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.StructField;

/** Checks on the driver, before anything is listed, which columns of a Parquet file are read. */
public final class ParquetColumns {
    private ParquetColumns() {}

    /**
     * The columns to keep, with Spark's types for them: text, numbers, booleans, decimals, dates, timestamps, binary.
     *
     * @param file a file of the input; other files must have the same columns
     * @throws CardinalException if a column is missing, is not of such a type, or has the name of a column of the predictions
     *     table; or if the file is no Parquet file
     * @throws IOException if the store fails
     */
    public static List<StructField> keep(Configuration configuration, Path file, List<String> names)
            throws IOException {
        MessageType schema = schema(configuration, file);
        List<StructField> columns = new ArrayList<>();
        for (String name : names) {
            requireFree(file, name);
            columns.add(new StructField(name, type(file, schema, name), true, Metadata.empty()));
        }
        return columns;
    }

    /**
     * Checks that the image's column can be told, and that every column named is there.
     *
     * @param file a file of the input
     * @throws CardinalException if not, with the columns that there are; or if the file is no Parquet file
     * @throws IOException if the store fails
     */
    public static void requireImages(Configuration configuration, Path file, RecordFields fields) throws IOException {
        try {
            ParquetLayout.of(schema(configuration, file), fields);
        } catch (DamageException e) {
            throw input(file, e);
        }
    }

    private static MessageType schema(Configuration configuration, Path file) throws IOException {
        long length = StoreInput.length(configuration, file.toString());
        try (StoreInput in = StoreInput.open(configuration, file.toString(), StoreInput.Access.RANDOM)) {
            return ParquetFooter.read(in, length).schema();
        } catch (DamageException e) {
            throw input(file, e);
        }
    }

    private static CardinalException input(Path file, DamageException e) {
        return CardinalException.input(file + ": " + e.reason());
    }

    private static void requireFree(Path file, String name) {
        boolean taken = Arrays.stream(PredictionSchema.table(EnumSet.allOf(Emit.class), List.of())
                        .fieldNames())
                .anyMatch(name::equalsIgnoreCase);
        if (taken) {
            throw CardinalException.input("column " + name + " of " + file
                    + " cannot be kept: the predictions table has a column of that name; rename it in the input");
        }
    }

    private static DataType type(Path file, MessageType schema, String name) {
        try {
            Type type = ParquetLayout.single(schema, name);
            PrimitiveType primitive = type.asPrimitiveType();
            return ParquetTypes.spark(primitive)
                    .orElseThrow(() -> CardinalException.input("column " + name + " of " + file
                            + " cannot be kept: values of type " + primitive + " are not carried over; leave it out"));
        } catch (DamageException e) {
            throw input(file, e);
        }
    }
}
