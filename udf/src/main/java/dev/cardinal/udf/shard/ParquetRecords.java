package dev.cardinal.udf.shard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.api.ReadSupport;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Type.Repetition;

/** Reads small Parquet files of nested records, such as checkpoints of a Delta table, as JSON. Lives on the driver. */
public final class ParquetRecords {
    private ParquetRecords() {}

    /**
     * Reads some columns of every record. Maps become objects, lists arrays; missing values are absent.
     *
     * @throws IOException if the file is corrupt or its file system fails
     */
    public static void read(Path file, Configuration configuration, List<String> columns, Consumer<JsonNode> records)
            throws IOException {
        MessageType schema = ParquetColumns.schema(configuration, file);
        List<Type> wanted = schema.getFields().stream()
                .filter(type -> columns.contains(type.getName()))
                .toList();
        Configuration projected = new Configuration(configuration);
        projected.set(ReadSupport.PARQUET_READ_SCHEMA, new MessageType(schema.getName(), wanted).toString());
        try (ParquetReader<Group> reader = ParquetReader.builder(new GroupReadSupport(), file)
                .withConf(projected)
                .build()) {
            for (Group record = reader.read(); record != null; record = reader.read()) {
                records.accept(object(record));
            }
        }
    }

    private static ObjectNode object(Group group) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        for (Type field : group.getType().getFields()) {
            if (group.getFieldRepetitionCount(field.getName()) > 0) {
                object.set(field.getName(), value(group, field, 0));
            }
        }
        return object;
    }

    private static JsonNode value(Group group, Type field, int index) {
        if (field.isPrimitive()) {
            return primitive(group, field, index);
        }
        Group nested = group.getGroup(field.getName(), index);
        GroupType type = field.asGroupType();
        boolean hasRepeated = type.getFieldCount() == 1 && type.getType(0).isRepetition(Repetition.REPEATED);
        LogicalTypeAnnotation logical = type.getLogicalTypeAnnotation();
        if (!hasRepeated || logical == null) {
            return object(nested);
        }
        return logical.equals(LogicalTypeAnnotation.listType()) ? list(nested) : map(nested);
    }

    private static JsonNode list(Group nested) {
        Type repeated = nested.getType().getType(0);
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        for (int i = 0; i < nested.getFieldRepetitionCount(0); i++) {
            boolean isWrapped =
                    !repeated.isPrimitive() && repeated.asGroupType().getFieldCount() == 1;
            list.add(
                    isWrapped
                            ? object(nested.getGroup(0, i))
                                    .path(repeated.asGroupType().getFieldName(0))
                            : value(nested, repeated, i));
        }
        return list;
    }

    private static ObjectNode map(Group nested) {
        ObjectNode map = JsonNodeFactory.instance.objectNode();
        for (int i = 0; i < nested.getFieldRepetitionCount(0); i++) {
            ObjectNode entry = object(nested.getGroup(0, i));
            map.set(entry.path("key").asText(), entry.path("value"));
        }
        return map;
    }

    private static JsonNode primitive(Group group, Type field, int index) {
        JsonNodeFactory json = JsonNodeFactory.instance;
        PrimitiveTypeName type = field.asPrimitiveType().getPrimitiveTypeName();
        return switch (type) {
            case INT32 -> json.numberNode(group.getInteger(field.getName(), index));
            case INT64 -> json.numberNode(group.getLong(field.getName(), index));
            case BOOLEAN -> json.booleanNode(group.getBoolean(field.getName(), index));
            case BINARY, FIXED_LEN_BYTE_ARRAY, INT96, FLOAT, DOUBLE ->
                json.textNode(group.getValueToString(group.getType().getFieldIndex(field.getName()), index));
        };
    }
}
