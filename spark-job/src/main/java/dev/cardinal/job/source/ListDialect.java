package dev.cardinal.job.source;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.cardinal.job.common.JsonMappers;
import dev.cardinal.zoo.CsvLine;
import java.io.Serializable;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a line of a list names an image and its class.
 *
 * @param syntax how a line is divided
 * @param uri number of the value with the URI
 * @param truth number of the value with the truth, or negative
 * @param uriField field with the URI, only for JSON; null if a line is the URI itself
 * @param truthField field with the truth, only for JSON, or null
 * @param header lines before the first image: comments, and the names of the columns
 */
record ListDialect(
        Syntax syntax,
        int uri,
        int truth,
        @Nullable String uriField,
        @Nullable String truthField,
        Set<String> header) implements Serializable {

    ListDialect {
        header = Set.copyOf(header);
    }

    enum Syntax {
        LINE("one path per line"),
        TAB("values separated by tabs"),
        COMMA("values separated by commas"),
        SEMICOLON("values separated by semicolons"),
        PIPE("values separated by vertical bars"),
        LAST_SPACE("values before and after the last space"),
        FIRST_SPACE("values before and after the first space"),
        JSON("JSON");

        private final String description;

        Syntax(String description) {
            this.description = description;
        }

        String description() {
            return description;
        }
    }

    static ListDialect of(Syntax syntax, int uri, int truth, Set<String> header) {
        return new ListDialect(syntax, uri, truth, null, null, header);
    }

    /** Returns this dialect with other lines before the first image. */
    ListDialect withHeader(Set<String> other) {
        return new ListDialect(syntax, uri, truth, uriField, truthField, other);
    }

    /** Divides a line into values. */
    static List<@Nullable String> values(Syntax syntax, String line) {
        return switch (syntax) {
            case LINE, JSON -> List.of(line);
            case TAB -> CsvLine.split(line, '\t');
            case COMMA -> CsvLine.split(line, ',');
            case SEMICOLON -> CsvLine.split(line, ';');
            case PIPE -> CsvLine.split(line, '|');
            case LAST_SPACE -> List.of(line.strip().split("\\s+(?=\\S+$)", 2));
            case FIRST_SPACE -> List.of(line.strip().split("\\s+", 2));
        };
    }

    /** Returns the image that a line names; null for a header or a line without a URI. */
    @Nullable
    ManifestEntry entry(String line) {
        if (line.isBlank() || header.contains(line)) {
            return null;
        }
        if (syntax == Syntax.JSON) {
            return json(line);
        }
        List<@Nullable String> values = values(syntax, line);
        String path = value(values, uri);
        return path == null ? null : new ManifestEntry(path, text(value(values, truth)), null, null);
    }

    /** Returns a label without white space at its ends, which some writers put after a separator; null if nothing is left. */
    private static @Nullable String text(@Nullable String label) {
        return label == null || label.isBlank() ? null : label.strip();
    }

    private static @Nullable String value(List<@Nullable String> values, int index) {
        return index < 0 || index >= values.size() ? null : values.get(index);
    }

    private @Nullable ManifestEntry json(String line) {
        JsonNode node = parse(line);
        if (node == null) {
            return new ManifestEntry(line, null, null, null); // the row shows the line to the user
        }
        JsonNode path = uriField == null ? node : at(node, uriField);
        return path.isTextual()
                ? new ManifestEntry(path.asText(), truthField == null ? null : scalar(at(node, truthField)), null, null)
                : null;
    }

    /** Returns a value of JSON, or null if the text is not JSON. */
    static @Nullable JsonNode parse(String line) {
        try {
            return JsonMappers.RECORDS.readTree(line);
        } catch (JsonProcessingException e) {
            return null;
        }
    }

    /** Returns the value of a field, whose name may have dots between an object's name and its field's. */
    static JsonNode at(JsonNode node, String field) {
        int dot = field.indexOf('.');
        boolean isNested = dot > 0 && !node.has(field);
        return isNested ? at(node.path(field.substring(0, dot)), field.substring(dot + 1)) : node.path(field);
    }

    private static @Nullable String scalar(JsonNode value) {
        return value.isValueNode() && !value.isNull() ? value.asText() : null;
    }
}
