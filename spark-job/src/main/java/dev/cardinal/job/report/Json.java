package dev.cardinal.job.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.cardinal.udf.store.StoreFiles;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/** What a record says. A figure that is missing, null or no number is none. */
final class Json {
    private static final JsonMapper MAPPER = new JsonMapper();

    private Json() {}

    /** Reads a file. */
    static JsonNode read(Path file, Configuration configuration) throws IOException {
        try (InputStream in = StoreFiles.fileSystem(file, configuration).open(file)) {
            return MAPPER.readTree(in);
        }
    }

    /** A finite number, or null. */
    static @Nullable Double number(JsonNode node, String name) {
        double value = node.path(name).asDouble(Double.NaN);
        return Double.isFinite(value) ? value : null;
    }

    /** A count, 0 where there is none. */
    static long count(JsonNode node, String name) {
        return node.path(name).asLong();
    }

    /** A text, or null. */
    static @Nullable String text(JsonNode node, String name) {
        JsonNode value = node.path(name);
        return value.isMissingNode() || value.isNull() ? null : value.asText();
    }

    /** A text, or a dash. */
    static String shown(JsonNode node, String name) {
        String text = text(node, name);
        return text == null ? Text.NONE : text;
    }

    static List<JsonNode> list(JsonNode node, String name) {
        List<JsonNode> list = new ArrayList<>();
        node.path(name).forEach(list::add);
        return list;
    }

    /** The texts of a list, or of a single value. */
    static List<String> texts(JsonNode node) {
        List<String> texts = new ArrayList<>();
        if (node.isArray()) {
            node.forEach(value -> texts.addAll(texts(value)));
        } else if (!node.isNull() && !node.isMissingNode()) {
            texts.add(node.isValueNode() ? node.asText() : node.toString());
        }
        return texts;
    }

    /** The fields of an object as texts, in their order; a value that is not set is a dash. */
    static Map<String, String> fields(JsonNode object) {
        Map<String, String> fields = new LinkedHashMap<>();
        for (Iterator<Map.Entry<String, JsonNode>> all = object.fields(); all.hasNext(); ) {
            Map.Entry<String, JsonNode> field = all.next();
            List<String> texts = texts(field.getValue());
            String text = String.join("\n", texts);
            fields.put(field.getKey(), text.isEmpty() ? Text.NONE : text);
        }
        return fields;
    }
}
