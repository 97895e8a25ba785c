package dev.cardinal.zoo.card;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.card.LabelFile.LabelEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * Reads class labels from JSON: a list, a dictionary by index, name or WordNet id, Keras'
 * {@code imagenet_class_index.json}, and {@code config.json} of Hugging Face transformers and timm.
 */
final class LabelTree {
    private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");
    private static final Pattern WORDNET_ID = Pattern.compile("n\\d{8}");
    /** Keys that contain the labels of a larger document, in order of preference. */
    private static final List<String> INNER = List.of(
            "id2label",
            "label2id",
            "class_to_idx",
            "idx_to_class",
            "classes",
            "class_names",
            "labels",
            "names",
            "categories");

    private static final List<String> NAME_KEYS = List.of("name", "label", "class_name", "class");
    private static final List<String> INDEX_KEYS = List.of("index", "class_index", "idx", "id");

    private final String kind;

    private LabelTree(String kind) {
        this.kind = kind;
    }

    /** @param json whether the text was JSON, and not Python */
    static LabelFile read(JsonNode root, boolean json) {
        return new LabelTree(json ? "JSON" : "Python").read(root, "");
    }

    private LabelFile read(JsonNode node, String under) {
        if (node.isEmpty()) {
            throw CardinalException.card("the " + kind + " value" + under + " contains no classes");
        }
        if (node.isArray()) {
            List<LabelEntry> entries = new ArrayList<>();
            boolean pairs = arePairs(node);
            node.forEach(item -> entries.add(entry(null, item, pairs)));
            return LabelFile.of(entries, "a " + kind + " list" + under, null);
        }
        return dictionary(node, under);
    }

    private LabelFile dictionary(JsonNode node, String under) {
        JsonNode timm = node.path("label_names").isArray() ? node : node.path("pretrained_cfg");
        if (timm.path("label_names").isArray()) {
            return timm(timm);
        }
        // dataset_infos.json of Hugging Face: the feature of type ClassLabel
        for (JsonNode feature : node.path("features")) {
            if (feature.path("_type").asText().equals("ClassLabel")) {
                return read(feature.path("names"), " under features");
            }
        }
        for (String key : INNER) {
            if (node.path(key).isContainerNode()) {
                return read(node.path(key), " under " + key);
            }
        }
        String only = onlyContainer(node);
        if (only != null) {
            return read(node.get(only), under.isEmpty() ? " under " + only : under + "." + only);
        }
        List<String> keys =
                Stream.generate(node.fieldNames()::next).limit(node.size()).toList();
        List<LabelEntry> entries = new ArrayList<>();
        if (keys.stream().allMatch(key -> NUMBER.matcher(key).matches())) {
            boolean pairs = arePairs(node);
            keys.forEach(key -> entries.add(entry(Long.valueOf(key), node.get(key), pairs)));
            return LabelFile.of(entries, "a " + kind + " dictionary of index and name" + under, null);
        }
        if (StreamSupport.stream(node.spliterator(), false).allMatch(LabelTree::isIndex)) {
            keys.forEach(
                    key -> entries.add(new LabelEntry(Long.valueOf(node.get(key).asText()), null, key)));
            return LabelFile.of(entries, "a " + kind + " dictionary of name and index" + under, null);
        }
        if (StreamSupport.stream(node.spliterator(), false).allMatch(LabelTree::hasIndex)) {
            keys.forEach(key -> entries.add(keyed(key, node.get(key))));
            return LabelFile.of(entries, "a " + kind + " dictionary of name and class" + under, null);
        }
        if (keys.stream().allMatch(key -> WORDNET_ID.matcher(key).matches())) {
            keys.forEach(key -> entries.add(new LabelEntry(null, key, text(node.get(key)))));
            return LabelFile.of(
                    entries,
                    "a " + kind + " dictionary of WordNet id and name" + under,
                    "the dictionary has no indices, so its order is the order of the classes");
        }
        throw CardinalException.card("the " + kind + " value" + under + " has the keys "
                + String.join(", ", keys.subList(0, Math.min(3, keys.size())))
                + (keys.size() > 3 ? " and " + (keys.size() - 3) + " more" : "")
                + ", which are not the indices of classes; write {\"0\": \"name\", \"1\": ...} or a list of names");
    }

    /** Returns the key of the only list or dictionary among the values, if it is not a class itself; else null. */
    private static @Nullable String onlyContainer(JsonNode node) {
        List<String> containers = node.properties().stream()
                .filter(field -> field.getValue().isContainerNode())
                .map(Map.Entry::getKey)
                .toList();
        if (containers.size() != 1 || NUMBER.matcher(containers.get(0)).matches()) {
            return null;
        }
        return containers.get(0);
    }

    /** Reads timm's lists of ids in the order of the outputs, with a dictionary of their descriptions. */
    private LabelFile timm(JsonNode node) {
        JsonNode descriptions = node.path("label_descriptions");
        List<LabelEntry> entries = new ArrayList<>();
        for (JsonNode label : node.path("label_names")) {
            String name = text(label);
            entries.add(
                    descriptions.path(name).isTextual()
                            ? new LabelEntry(null, name, descriptions.path(name).textValue())
                            : new LabelEntry(null, null, name));
        }
        return LabelFile.of(entries, "timm's label_names", null);
    }

    private static boolean isIndex(JsonNode value) {
        return (value.isIntegralNumber() || value.isTextual())
                && NUMBER.matcher(value.asText()).matches();
    }

    private static boolean hasIndex(JsonNode value) {
        return INDEX_KEYS.stream().anyMatch(key -> isIndex(value.path(key)));
    }

    /** Reads a class that a dictionary has under its name or its WordNet id. */
    private static LabelEntry keyed(String key, JsonNode value) {
        Long index = INDEX_KEYS.stream()
                .map(value::path)
                .filter(LabelTree::isIndex)
                .map(number -> Long.valueOf(number.asText()))
                .findFirst()
                .orElseThrow();
        String name = first(value, NAME_KEYS);
        boolean isId = WORDNET_ID.matcher(key).matches();
        return new LabelEntry(index, isId && name != null ? key : null, isId && name != null ? name : key);
    }

    /** Returns whether every class is a list of two texts: a name and its id. Lists of other lengths contain synonyms. */
    private static boolean arePairs(JsonNode node) {
        return StreamSupport.stream(node.spliterator(), false).allMatch(item -> item.isArray() && item.size() == 2);
    }

    private LabelEntry entry(@Nullable Long index, JsonNode value, boolean pairs) {
        if (value.isArray() && !value.isEmpty() && !pairs) {
            String synonyms = StreamSupport.stream(value.spliterator(), false)
                    .map(this::text)
                    .collect(Collectors.joining(", "));
            return new LabelEntry(index, null, synonyms);
        }
        if (value.isArray() && value.size() == 2) {
            String first = text(value.get(0));
            String second = text(value.get(1));
            if (index == null && value.get(0).isIntegralNumber() && isIndex(value.get(0))) {
                return new LabelEntry(Long.valueOf(first), null, second);
            }
            return WORDNET_ID.matcher(first).matches()
                    ? new LabelEntry(index, first, second)
                    : new LabelEntry(index, second, first);
        }
        if (value.isObject()) {
            String name = first(value, NAME_KEYS);
            String id = first(value, List.of("wnid", "synset", "wordnet_id", "id"));
            String number = first(value, INDEX_KEYS);
            if (name == null) {
                throw CardinalException.card("a class has no name: " + value);
            }
            boolean isNumber = number != null && NUMBER.matcher(number).matches();
            Long own = isNumber ? Long.valueOf(number) : null;
            boolean idIsIndex = id != null
                    && isNumber
                    && id.equals(number)
                    && value.path("id").asText().equals(id);
            return new LabelEntry(index == null ? own : index, idIsIndex ? null : id, name);
        }
        return new LabelEntry(index, null, text(value));
    }

    private static @Nullable String first(JsonNode value, List<String> keys) {
        return keys.stream()
                .filter(value::hasNonNull)
                .findFirst()
                .map(key -> value.path(key).asText())
                .orElse(null);
    }

    private String text(JsonNode value) {
        if (!value.isTextual() && !value.isNumber()) {
            throw CardinalException.card("a class must be a text, or an id and a name, not " + value);
        }
        return value.asText();
    }
}
