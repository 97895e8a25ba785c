package dev.cardinal.job.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cardinal.job.common.JsonMappers;
import dev.cardinal.udf.fs.FileSystems;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/** Reads JSON files and their values. Stateless. */
final class Json {
    private Json() {}

    /** Reads a JSON file. */
    static JsonNode read(Path file, Configuration configuration) throws IOException {
        try (InputStream in = FileSystems.fileSystem(file, configuration).open(file)) {
            return JsonMappers.RECORDS.readTree(in);
        }
    }

    /** Returns a finite number, or null if it is missing, null, NaN or infinite. */
    static @Nullable Double number(JsonNode node, String name) {
        double value = node.path(name).asDouble(Double.NaN);
        return Double.isFinite(value) ? value : null;
    }

    /** Returns a count, or 0 if it is missing. */
    static long count(JsonNode node, String name) {
        return node.path(name).asLong();
    }

    /** Returns a text, or null. */
    static @Nullable String text(JsonNode node, String name) {
        JsonNode value = node.path(name);
        return value.isMissingNode() || value.isNull() ? null : value.asText();
    }

    /** Returns a text, or a dash if it is missing. */
    static String shown(JsonNode node, String name) {
        String text = text(node, name);
        return text == null ? PageText.NONE : text;
    }

    static List<JsonNode> list(JsonNode node, String name) {
        List<JsonNode> list = new ArrayList<>();
        node.path(name).forEach(list::add);
        return list;
    }

    /** Returns the texts of a list, or of a single value. */
    static List<String> texts(JsonNode node) {
        List<String> texts = new ArrayList<>();
        if (node.isArray()) {
            node.forEach(value -> texts.addAll(texts(value)));
        } else if (!node.isNull() && !node.isMissingNode()) {
            texts.add(node.isValueNode() ? node.asText() : node.toString());
        }
        return texts;
    }

    /** Returns the fields of an object as texts, in their order; a missing value is a dash. */
    static Map<String, String> fields(JsonNode object) {
        Map<String, String> fields = new LinkedHashMap<>();
        for (Iterator<Map.Entry<String, JsonNode>> all = object.fields(); all.hasNext(); ) {
            Map.Entry<String, JsonNode> field = all.next();
            List<String> texts = texts(field.getValue());
            String text = String.join("\n", texts);
            fields.put(field.getKey(), text.isEmpty() ? PageText.NONE : text);
        }
        return fields;
    }

    /** Returns a function for a column of texts. */
    static Function<JsonNode, String> texts(String name) {
        return node -> shown(node, name);
    }

    /** Returns a function for a column of counts. */
    static Function<JsonNode, Cell> counts(String name) {
        return node -> Cell.count(count(node, name));
    }

    /** Returns a function for a column of numbers. */
    static Function<JsonNode, Cell> numbers(String name, Function<@Nullable Double, Cell> cell) {
        return node -> cell.apply(number(node, name));
    }

    /** Returns a function for a column of intervals. */
    static Function<JsonNode, Cell> intervals(String low, String high) {
        return node -> Cell.interval(number(node, low), number(node, high));
    }

    /** Returns a function for a column of bars with intervals. */
    static Function<JsonNode, Cell> bars(String share, String low, String high) {
        return node -> Cell.shareBar(number(node, share), number(node, low), number(node, high));
    }
}
