package dev.cardinal.udf.shard;

import dev.cardinal.udf.fetch.ImageFetcher.CorruptRecordException;
import dev.cardinal.udf.fetch.ImageFetcher.Fetched;
import dev.cardinal.udf.fetch.PartitionDirectories;
import dev.cardinal.udf.fetch.RecordFields;
import dev.cardinal.udf.options.LabelOptions.Emit;
import dev.cardinal.udf.options.PredictionSchema;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToIntFunction;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.Type;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** Checks on the driver, before anything is listed, that the columns to be read exist in a Parquet file. */
public final class ParquetColumns {
    /** Bytes of a text that are read. */
    private static final int MAX_TEXT = 1 << 16;

    private ParquetColumns() {}

    /**
     * Returns the columns to keep, with their Spark types: text, numbers, booleans, decimals, dates, timestamps,
     * binary.
     *
     * @param file a file of the input; other files must have the same columns
     * @throws CardinalException if a column is missing, has another type, or has the name of a column of the
     *     predictions table; or if the file is not a Parquet file
     * @throws IOException if the store fails
     */
    public static List<StructField> keep(Configuration configuration, Path file, List<String> names)
            throws IOException {
        MessageType schema = schema(configuration, file);
        Set<String> partitions = PartitionDirectories.of(file.toString()).keySet();
        List<StructField> columns = new ArrayList<>();
        for (String name : names) {
            requireFree(file, name);
            boolean isPartition = !schema.containsField(name) && partitions.contains(name);
            columns.add(new StructField(
                    name, isPartition ? DataTypes.StringType : type(file, schema, name), true, Metadata.empty()));
        }
        return columns;
    }

    /**
     * Returns the columns to keep that come from directories of a file's path; all of them are text.
     *
     * @throws CardinalException if a directory for a column is missing, or the predictions table has a column of its name
     */
    public static List<StructField> keepPartitions(Path file, List<String> names) {
        Set<String> partitions = PartitionDirectories.of(file.toString()).keySet();
        List<StructField> columns = new ArrayList<>();
        for (String name : names) {
            requireFree(file, name);
            if (!partitions.contains(name)) {
                throw CardinalException.input(
                        "there is no column " + name + ": " + file + " is not in a directory called " + name + "=...");
            }
            columns.add(new StructField(name, DataTypes.StringType, true, Metadata.empty()));
        }
        return columns;
    }

    /**
     * Checks that the image column can be determined, and that every named column exists.
     *
     * @param file a file of the input
     * @return a note for the user that is not an error
     * @throws CardinalException if not, with the existing columns; or if the file is not a Parquet file
     * @throws IOException if the store fails
     */
    public static Optional<String> requireImages(Configuration configuration, Path file, RecordFields fields)
            throws IOException {
        ParquetFooter footer = footer(configuration, file);
        try {
            ColumnMapping mapping = ColumnMapping.of(footer, fields, file.toString());
            return mapping.truth().equals(ColumnMapping.TruthColumn.NONE)
                    ? ColumnMapping.unusableLabel(footer.schema()).map(note -> file + ": " + note)
                    : Optional.empty();
        } catch (CorruptShardException e) {
            throw input(file, e);
        }
    }

    /**
     * Returns the column of a list with the paths of images: the one that the user names, or one with a usual name that is text
     * or a struct with a text called path.
     *
     * @param usual chooses among names, negative for none
     * @throws CardinalException if there is none, or it is not text
     * @throws IOException if the store fails
     */
    public static String pathColumn(
            Configuration configuration, Path file, @Nullable String named, ToIntFunction<List<String>> usual)
            throws IOException {
        MessageType schema = schema(configuration, file);
        List<String> columns = new ArrayList<>();
        for (Type type : schema.getFields()) {
            boolean isStruct = !type.isPrimitive()
                    && type.asGroupType().containsField("path")
                    && isText(type.asGroupType().getType("path"));
            columns.add(isStruct || isText(type) ? type.getName() : "");
        }
        int chosen = named == null ? usual.applyAsInt(columns) : -1;
        if (named == null && chosen < 0) {
            throw CardinalException.input("list " + file + " has no text column with a usual name for paths, only "
                    + names(schema) + ": name the column with --image-field");
        }
        String column = named == null ? columns.get(chosen) : named;
        boolean isStruct =
                schema.containsField(column) && !schema.getType(column).isPrimitive();
        return isStruct ? requirePath(file, schema, column) : single(file, schema, column);
    }

    private static String requirePath(Path file, MessageType schema, String column) {
        GroupType struct = schema.getType(column).asGroupType();
        if (!struct.containsField("path") || !isText(struct.getType("path"))) {
            throw CardinalException.input("list " + file + ": column " + column + " is not text but "
                    + struct.toString().replaceAll("\\s+", " ") + ": name a field of it with --image-field "
                    + column + ".NAME");
        }
        return column + ".path";
    }

    /**
     * Returns the column of a list with the labels, or null.
     *
     * @throws CardinalException if a column that the user names is missing or does not have single values
     * @throws IOException if the store fails
     */
    public static @Nullable String labelColumn(
            Configuration configuration, Path file, @Nullable String named, ToIntFunction<List<String>> usual)
            throws IOException {
        MessageType schema = schema(configuration, file);
        if (named != null) {
            return single(file, schema, named);
        }
        List<String> columns = schema.getFields().stream()
                .map(type -> isSupported(type) ? type.getName() : "")
                .toList();
        int chosen = usual.applyAsInt(columns);
        return chosen < 0 ? null : columns.get(chosen);
    }

    private static boolean isSupported(Type type) {
        return type.isPrimitive()
                && !type.isRepetition(Type.Repetition.REPEATED)
                && ParquetTypes.isLabel(type.asPrimitiveType());
    }

    private static boolean isText(Type type) {
        return isSupported(type)
                && ParquetTypes.spark(type.asPrimitiveType())
                        .filter(DataTypes.StringType::equals)
                        .isPresent();
    }

    private static String single(Path file, MessageType schema, String name) {
        try {
            ColumnMapping.single(schema, name);
            return name;
        } catch (CorruptShardException e) {
            throw CardinalException.input(
                    "manifest " + file + " has no column " + name + " of single values, only " + names(schema));
        }
    }

    private static List<String> names(MessageType schema) {
        return schema.getFields().stream().map(Type::getName).toList();
    }

    /**
     * Returns a schema with which Spark reads only some columns. Without it, Spark refuses a file if any column has a type that it
     * does not know.
     *
     * @param names names of columns; a name with dots may name a field of a struct
     * @throws CardinalException if a column has a type that is not supported
     * @throws IOException if the store fails
     */
    public static StructType schema(Configuration configuration, Path file, List<String> names) throws IOException {
        MessageType schema = schema(configuration, file);
        StructType wanted = new StructType();
        for (String name : names) {
            DataType found = binaryAsText(readable(file, schema, name));
            String[] path = schema.containsField(name) ? new String[] {name} : name.split("\\.", -1);
            wanted = with(wanted, path, 0, found);
        }
        return wanted;
    }

    private static DataType readable(Path file, MessageType schema, String name) {
        try {
            PrimitiveType primitive =
                    schema.getType(ColumnMapping.single(schema, name)).asPrimitiveType();
            return ParquetTypes.spark(primitive)
                    .orElseThrow(() -> CardinalException.input(
                            "column " + name + " of " + file + " cannot be read as text: its type is " + primitive));
        } catch (CorruptShardException e) {
            throw input(file, e);
        }
    }

    private static DataType binaryAsText(DataType type) {
        return type.equals(DataTypes.BinaryType) ? DataTypes.StringType : type;
    }

    private static StructType with(StructType struct, String[] path, int at, DataType type) {
        if (at == path.length - 1) {
            return List.of(struct.fieldNames()).contains(path[at]) ? struct : struct.add(path[at], type);
        }
        StructType within = new StructType();
        StructType others = new StructType();
        for (StructField field : struct.fields()) {
            if (field.name().equals(path[at]) && field.dataType() instanceof StructType known) {
                within = known;
            } else {
                others = others.add(field);
            }
        }
        return others.add(path[at], with(within, path, at + 1, type));
    }

    /**
     * Returns the first values of a text column, without nulls.
     *
     * @param name a name with dots may name a field of a struct
     * @throws CardinalException if the file is corrupt
     * @throws IOException if the store fails
     */
    public static List<String> texts(Configuration configuration, Path file, String name, int rows) throws IOException {
        RecordFields fields = new RecordFields(name, null, null, List.of());
        ShardFile shard = new ShardFile(file.toString(), HadoopInput.length(configuration, file.toString()), 0);
        List<String> texts = new ArrayList<>();
        try (ImageIterator values = ShardIndex.of(ShardFormat.PARQUET, configuration, fields)
                        .images(shard);
                ParquetFetcher fetcher = new ParquetFetcher(configuration, fields)) {
            for (int row = 0; row < rows && values.hasNext(); row++) {
                Fetched value = fetcher.fetch(values.next(), MAX_TEXT);
                if (value.problem() == null) {
                    texts.add(new String(value.encoded(), StandardCharsets.UTF_8));
                }
            }
        } catch (CorruptRecordException e) {
            throw CardinalException.input(file + ": " + e.getMessage(), e);
        }
        return texts;
    }

    /** Returns Spark's expression for a column, or for a field of a struct if the name has dots. */
    public static String quoted(StructType schema, String name) {
        boolean isColumn = List.of(schema.fieldNames()).contains(name);
        return isColumn ? "`" + name + "`" : "`" + name.replace(".", "`.`") + "`";
    }

    /** Returns a number as text; an integer without a fraction, because pandas writes integers as 1.0 if one of them is missing. */
    public static String text(Number number) {
        return ParquetTypes.text(number);
    }

    /**
     * Returns the names of the columns of a Parquet file.
     *
     * @throws CardinalException if the file is not a Parquet file
     * @throws IOException if the store fails
     */
    public static List<String> names(Configuration configuration, Path file) throws IOException {
        return names(schema(configuration, file));
    }

    /** Returns the columns of a Parquet file. */
    static MessageType schema(Configuration configuration, Path file) throws IOException {
        return footer(configuration, file).schema();
    }

    private static ParquetFooter footer(Configuration configuration, Path file) throws IOException {
        long length = HadoopInput.length(configuration, file.toString());
        try (HadoopInput in = HadoopInput.open(configuration, file.toString(), HadoopInput.Access.RANDOM)) {
            return ParquetFooter.read(in, length);
        } catch (CorruptShardException e) {
            throw input(file, e);
        }
    }

    private static CardinalException input(Path file, CorruptShardException e) {
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
            PrimitiveType primitive =
                    schema.getType(ColumnMapping.single(schema, name)).asPrimitiveType();
            return ParquetTypes.spark(primitive)
                    .orElseThrow(() -> CardinalException.input("column " + name + " of " + file
                            + " cannot be kept: values of type " + primitive + " are not supported; omit it"));
        } catch (CorruptShardException e) {
            throw input(file, e);
        }
    }
}
