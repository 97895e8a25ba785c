package dev.cardinal.udf.shard;

import dev.cardinal.udf.RecordFields;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation.StringLogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Type.Repetition;
import org.apache.spark.sql.types.StructField;
import org.jspecify.annotations.Nullable;

/**
 * Which columns of a Parquet file hold what is read.
 *
 * <p>The image is in the column named, else in the one binary column that is no string, else in the one {@code struct<bytes binary,
 * path string>}, as Hugging Face writes it, whose path is then the key. The truth is in the column named, else in one called
 * {@code label} if that is text or an integer.
 *
 * @param image encoded bytes
 * @param key source's name for the image, or null
 * @param truth text for its class, or null
 * @param keep columns to keep, in the order given
 */
record ParquetLayout(
        ParquetColumn image,
        @Nullable ParquetColumn key,
        @Nullable ParquetColumn truth,
        List<ParquetColumn> keep) {
    private static final String LABEL = "label";
    private static final String BYTES = "bytes";
    private static final String PATH = "path";

    ParquetLayout {
        keep = List.copyOf(keep);
    }

    /** @throws DamageException if a column is missing, is of a type that does not fit, or cannot be chosen */
    static ParquetLayout of(MessageType schema, RecordFields fields) throws DamageException {
        Type image = image(schema, fields.image());
        ParquetColumn bytes =
                image.isPrimitive() ? column(schema, image.getName()) : column(schema, image.getName(), BYTES);
        ParquetColumn path = image.isPrimitive() || !isString(image.asGroupType(), PATH)
                ? null
                : column(schema, image.getName(), PATH);
        String key = fields.key();
        List<ParquetColumn> keep = new ArrayList<>();
        for (StructField field : fields.keep()) {
            ParquetColumn column = column(schema, single(schema, field.name()).getName());
            if (ParquetTypes.spark(column.type())
                    .filter(field.dataType()::equals)
                    .isEmpty()) {
                throw new DamageException("column " + field.name() + " is not "
                        + field.dataType().sql() + " as in the first file: " + schema.getType(field.name()));
            }
            keep.add(column);
        }
        return new ParquetLayout(bytes, key == null ? path : text(schema, key), truth(schema, fields.label()), keep);
    }

    private static Type image(MessageType schema, @Nullable String named) throws DamageException {
        if (named != null) {
            Type type = named(schema, named);
            if (!isBinary(type) && !isImageStruct(type)) {
                throw new DamageException("column " + named + " holds no images: it is " + type);
            }
            return type;
        }
        List<Type> found = schema.getFields().stream()
                .filter(type -> isBinary(type) && type.getLogicalTypeAnnotation() == null)
                .toList();
        if (found.isEmpty()) {
            found = schema.getFields().stream()
                    .filter(ParquetLayout::isImageStruct)
                    .toList();
        }
        if (found.size() != 1) {
            throw new DamageException(
                    (found.isEmpty() ? "no column holds binary data" : "several columns may hold the images")
                            + ", name the one with --image-field: " + columns(schema));
        }
        return found.get(0);
    }

    private static boolean isBinary(Type type) {
        return isSingle(type) && type.asPrimitiveType().getPrimitiveTypeName() == PrimitiveTypeName.BINARY;
    }

    private static boolean isSingle(Type type) {
        return type.isPrimitive() && !type.isRepetition(Repetition.REPEATED);
    }

    private static boolean isImageStruct(Type type) {
        return !type.isPrimitive()
                && !type.isRepetition(Repetition.REPEATED)
                && type.asGroupType().containsField(BYTES)
                && isBinary(type.asGroupType().getType(BYTES));
    }

    private static boolean isString(GroupType group, String name) {
        return group.containsField(name)
                && isBinary(group.getType(name))
                && group.getType(name).getLogicalTypeAnnotation() instanceof StringLogicalTypeAnnotation;
    }

    private static @Nullable ParquetColumn truth(MessageType schema, @Nullable String named) throws DamageException {
        if (named != null) {
            return text(schema, named);
        }
        boolean usable = schema.containsField(LABEL)
                && isSingle(schema.getType(LABEL))
                && ParquetTypes.isTextOrInteger(schema.getType(LABEL).asPrimitiveType());
        return usable ? column(schema, LABEL) : null;
    }

    private static ParquetColumn text(MessageType schema, String name) throws DamageException {
        return column(schema, single(schema, name).getName());
    }

    /** A column of single values by its name. */
    static Type single(MessageType schema, String name) throws DamageException {
        Type type = named(schema, name);
        if (!isSingle(type)) {
            throw new DamageException("column " + name + " does not hold single values: it is "
                    + type.toString().replaceAll("\\s+", " "));
        }
        return type;
    }

    private static Type named(MessageType schema, String name) throws DamageException {
        if (!schema.containsField(name)) {
            throw new DamageException("there is no column " + name + ": " + columns(schema));
        }
        return schema.getType(name);
    }

    private static ParquetColumn column(MessageType schema, String... path) {
        return new ParquetColumn(schema.getColumnDescription(path));
    }

    private static String columns(MessageType schema) {
        return schema.getFields().stream()
                .map(type -> type.toString().replaceAll("\\s+", " "))
                .collect(Collectors.joining(", ", "its columns are ", ""));
    }
}
