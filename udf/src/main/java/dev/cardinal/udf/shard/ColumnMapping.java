package dev.cardinal.udf.shard;

import dev.cardinal.udf.fetch.PartitionDirectories;
import dev.cardinal.udf.fetch.RecordFields;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
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
 * The columns of a Parquet file that are read.
 *
 * <p>The image column is the one that the user names; otherwise the only binary column that is not a string; otherwise
 * the only {@code struct<bytes binary, path string>}, as Hugging Face writes it; otherwise the only column of bytes of one
 * length. The path in that struct is the key, and names the file of the image if the bytes are null.
 *
 * <p>The truth column is the one that the user names; otherwise {@code label} in any case; otherwise the only ClassLabel of
 * Hugging Face. A column may also be a directory of the file's path, {@code label=Bag}. A name with dots
 * may name a field in a struct.
 *
 * @param image column with the encoded bytes
 * @param path column with the path of the image's file, or null
 * @param key column with the source's name for the image, or null
 * @param truth column with the text for its class
 * @param keep columns to keep, in the given order
 */
record ColumnMapping(
        ParquetColumn image,
        @Nullable ParquetColumn path,
        @Nullable ParquetColumn key,
        TruthColumn truth,
        List<Kept> keep) {
    private static final String LABEL = "label";
    private static final String BYTES = "bytes";
    private static final String PATH = "path";
    /** Names of columns of text that stand for images: paths, addresses or base64. */
    private static final Pattern TEXT_OF_IMAGES =
            Pattern.compile("(?i)image.*|img.*|(.*[ _-])?(path|file|filename|file_?name|filepath|url|uri)");

    /** Columns and characters of a type that a message shows. */
    private static final int MAX_COLUMNS = 20;

    private static final int MAX_TYPE = 120;

    /** What to do about a column of lists. */
    private static final String LIST_HINT =
            "; write one image per row, with explode in Spark SQL, and label that table";

    /**
     * The origin of the truth.
     *
     * @param column its column, or null
     * @param names names of the classes that the column numbers; empty if the column contains names, or if the names are unknown
     * @param constant truth of all rows if there is no column, or null
     */
    record TruthColumn(
            @Nullable ParquetColumn column,
            List<String> names,
            @Nullable String constant) {
        static final TruthColumn NONE = new TruthColumn(null, List.of(), null);

        /** Returns the name of a class for its number if the names are known; Hugging Face writes -1 for no class. */
        @Nullable
        String text(@Nullable String value) {
            if (column == null) {
                return constant;
            }
            if (value == null || names.isEmpty() || !value.matches("-?\\d{1,9}")) {
                return value;
            }
            int index = Integer.parseInt(value);
            return index == -1 ? null : index < 0 || index >= names.size() ? value : names.get(index);
        }
    }

    /**
     * A column to keep.
     *
     * @param column its column; null if all rows have the constant
     * @param constant value of all rows, or null
     */
    record Kept(@Nullable ParquetColumn column, @Nullable String constant) {}

    ColumnMapping {
        keep = List.copyOf(keep);
    }

    /**
     * @param file path of the file, whose directories may be columns
     * @throws CorruptShardException if a column is missing, has an unsupported type, or is ambiguous
     */
    static ColumnMapping of(ParquetFooter footer, RecordFields fields, String file) throws CorruptShardException {
        MessageType schema = footer.schema();
        Map<String, @Nullable String> partitions = PartitionDirectories.of(file);
        String[] image = image(schema, fields.image());
        Type type = schema.getType(image);
        ParquetColumn bytes = column(schema, type.isPrimitive() ? image : with(image, BYTES));
        ParquetColumn path =
                type.isPrimitive() || !isString(type.asGroupType(), PATH) ? null : column(schema, with(image, PATH));
        String key = fields.key();
        List<Kept> keep = new ArrayList<>();
        for (StructField field : fields.keep()) {
            keep.add(kept(schema, partitions, field));
        }
        return new ColumnMapping(
                bytes,
                path,
                key == null ? path : column(schema, single(schema, key)),
                truth(footer, partitions, fields.label()),
                keep);
    }

    private static String[] with(String[] path, String field) {
        String[] longer = Arrays.copyOf(path, path.length + 1);
        longer[path.length] = field;
        return longer;
    }

    private static Kept kept(MessageType schema, Map<String, @Nullable String> partitions, StructField field)
            throws CorruptShardException {
        if (!schema.containsField(field.name()) && partitions.containsKey(field.name())) {
            return new Kept(null, partitions.get(field.name()));
        }
        ParquetColumn column = column(schema, single(schema, field.name()));
        if (ParquetTypes.spark(column.type()).filter(field.dataType()::equals).isEmpty()) {
            throw new CorruptShardException("column " + field.name() + " is not of type "
                    + field.dataType().sql() + " as in the first file: " + schema.getType(field.name()));
        }
        return new Kept(column, null);
    }

    private static String[] image(MessageType schema, @Nullable String named) throws CorruptShardException {
        if (named != null) {
            String[] path = path(schema, named);
            Type type = schema.getType(path);
            if (isRepeated(schema, path) || (!isBinary(type) && !isFixed(type) && !isImageStruct(type))) {
                throw new CorruptShardException("column " + named + " does not contain images: its type is "
                        + oneLine(type) + (isList(type) && hasImages(type) ? LIST_HINT : ""));
            }
            return path;
        }
        List<Type> found = schema.getFields().stream()
                .filter(type -> isBinary(type) && type.getLogicalTypeAnnotation() == null)
                .toList();
        if (found.isEmpty()) {
            found = schema.getFields().stream()
                    .filter(ColumnMapping::isImageStruct)
                    .toList();
        }
        if (found.isEmpty()) {
            found = schema.getFields().stream().filter(ColumnMapping::isFixed).toList();
        }
        for (Type type : found.isEmpty() ? schema.getFields() : List.<Type>of()) {
            if (isList(type) && hasImages(type)) {
                throw new CorruptShardException(
                        "column " + type.getName() + " contains several images per row" + LIST_HINT);
            }
        }
        if (found.size() != 1) {
            throw new CorruptShardException(
                    (found.isEmpty() ? noImages(schema) : "several columns could contain the images")
                            + "; choose one with --image-field: " + columns(schema));
        }
        return new String[] {found.get(0).getName()};
    }

    /** Returns why no column contains images, with what to do about the usual mistakes. */
    private static String noImages(MessageType schema) {
        for (Type type : schema.getFields()) {
            boolean isSparkImage = !type.isPrimitive()
                    && type.asGroupType().containsField("origin")
                    && type.asGroupType().containsField("nChannels");
            if (isSparkImage) {
                return "column " + type.getName() + " contains decoded pixels, as Spark's image source reads them, and"
                        + " not images: label the files themselves, whose paths are in " + type.getName() + ".origin";
            }
        }
        for (Type type : schema.getFields()) {
            String field = binaryField(type);
            if (field != null) {
                return "no column contains binary data, but a field of a struct does: --image-field " + field
                        + " reads it";
            }
        }
        for (Type type : schema.getFields()) {
            boolean isImageText =
                    isBinary(type) && TEXT_OF_IMAGES.matcher(type.getName()).matches();
            if (isImageText) {
                return "no column contains binary data; column " + type.getName() + " is text: if it holds paths, use"
                        + " --input-format manifest; if it holds base64, decode it first (unbase64 in Spark SQL)";
            }
        }
        return "no column contains binary data";
    }

    /** Returns the path of the first field of a struct that has binary values, or null. */
    private static @Nullable String binaryField(Type type) {
        if (type.isPrimitive() || type.isRepetition(Repetition.REPEATED)) {
            return null;
        }
        for (Type field : type.asGroupType().getFields()) {
            boolean isBytes = isBinary(field) && field.getLogicalTypeAnnotation() == null;
            String found = isBytes ? field.getName() : binaryField(field);
            if (found != null) {
                return type.getName() + "." + found;
            }
        }
        return null;
    }

    private static boolean isList(Type type) {
        return !type.isPrimitive()
                && type.asGroupType().getFieldCount() == 1
                && type.asGroupType().getType(0).isRepetition(Repetition.REPEATED);
    }

    /** Returns whether a column contains binary values at any depth. */
    private static boolean hasImages(Type type) {
        return type.isPrimitive()
                ? isAnyBinary(type) && type.getLogicalTypeAnnotation() == null
                : type.asGroupType().getFields().stream().anyMatch(ColumnMapping::hasImages);
    }

    /** Returns whether values are bytes of one length, as of Arrow's fixed-size binary; text and numbers have an annotation. */
    private static boolean isFixed(Type type) {
        return isSingle(type)
                && type.asPrimitiveType().getPrimitiveTypeName() == PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY
                && type.getLogicalTypeAnnotation() == null;
    }

    private static boolean isAnyBinary(Type type) {
        return type.asPrimitiveType().getPrimitiveTypeName() == PrimitiveTypeName.BINARY;
    }

    private static boolean isBinary(Type type) {
        return isSingle(type) && isAnyBinary(type);
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

    private static TruthColumn truth(
            ParquetFooter footer, Map<String, @Nullable String> partitions, @Nullable String named)
            throws CorruptShardException {
        MessageType schema = footer.schema();
        if (named != null) {
            return !schema.containsField(named) && partitions.containsKey(named)
                    ? new TruthColumn(null, List.of(), partitions.get(named))
                    : truth(footer, single(schema, named));
        }
        Optional<String> label = label(schema);
        if (label.isPresent()) {
            return isLabel(schema.getType(label.get())) ? truth(footer, label.get()) : TruthColumn.NONE;
        }
        if (partitions.containsKey(LABEL)) {
            return new TruthColumn(null, List.of(), partitions.get(LABEL));
        }
        List<String> classLabels = schema.getFields().stream()
                .filter(type -> isLabel(type)
                        && !ClassLabels.names(footer.metadata(), type.getName()).isEmpty())
                .map(Type::getName)
                .toList();
        return classLabels.size() == 1 ? truth(footer, classLabels.get(0)) : TruthColumn.NONE;
    }

    private static TruthColumn truth(ParquetFooter footer, String... path) {
        List<String> names = path.length == 1 ? ClassLabels.names(footer.metadata(), path[0]) : List.of();
        return new TruthColumn(column(footer.schema(), path), names, null);
    }

    /** Returns the column that is called label, in any case. */
    private static Optional<String> label(MessageType schema) {
        return schema.containsField(LABEL)
                ? Optional.of(LABEL)
                : schema.getFields().stream()
                        .map(Type::getName)
                        .filter(LABEL::equalsIgnoreCase)
                        .findFirst();
    }

    private static boolean isLabel(Type type) {
        return isSingle(type) && ParquetTypes.isLabel(type.asPrimitiveType());
    }

    /** Returns a note for the user if there is a label column that cannot be the truth. */
    static Optional<String> unusableLabel(MessageType schema) {
        return label(schema)
                .filter(name -> !isLabel(schema.getType(name)))
                .map(name -> "column " + name + " is not the truth, because its type is "
                        + oneLine(schema.getType(name)) + "; --label-field chooses a column of single values");
    }

    /** Returns the path of a column by its name. The column must have single values. */
    static String[] single(MessageType schema, String name) throws CorruptShardException {
        String[] path = path(schema, name);
        Type type = schema.getType(path);
        if (!isSingle(type) || isRepeated(schema, path)) {
            throw new CorruptShardException(
                    "column " + name + " does not contain single values: its type is " + oneLine(type));
        }
        return path;
    }

    private static boolean isRepeated(MessageType schema, String[] path) {
        return schema.getMaxRepetitionLevel(path) > 0;
    }

    /** Returns the path that a name means: a column, or with dots a field of a struct. */
    private static String[] path(MessageType schema, String name) throws CorruptShardException {
        if (schema.containsField(name)) {
            return new String[] {name};
        }
        String[] path = name.split("\\.", -1);
        if (!schema.containsPath(path) && !isGroup(schema, path)) {
            throw new CorruptShardException("there is no column " + name + ": " + columns(schema));
        }
        return path;
    }

    private static boolean isGroup(GroupType schema, String[] path) {
        Type type = schema;
        for (String name : path) {
            if (type.isPrimitive() || !type.asGroupType().containsField(name)) {
                return false;
            }
            type = type.asGroupType().getType(name);
        }
        return path.length > 0;
    }

    private static ParquetColumn column(MessageType schema, String... path) {
        return new ParquetColumn(schema.getColumnDescription(path));
    }

    private static String columns(MessageType schema) {
        int others = schema.getFieldCount() - MAX_COLUMNS;
        return schema.getFields().stream()
                .limit(MAX_COLUMNS)
                .map(ColumnMapping::oneLine)
                .collect(Collectors.joining(", ", "the columns are ", others > 0 ? " and " + others + " more" : ""));
    }

    private static String oneLine(Type type) {
        String line = type.toString().replaceAll("\\s+", " ");
        return line.length() > MAX_TYPE ? line.substring(0, MAX_TYPE) + "..." : line;
    }
}
