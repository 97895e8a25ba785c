package dev.cardinal.zoo.card;

import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.card.LabelFile.LabelEntry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads class labels from documents of other programs: {@code names} in YAML (Ultralytics' {@code data.yaml}, data set cards of Hugging Face),
 * TensorFlow's label maps ({@code .pbtxt}), and programs ({@link LabelSourceCode}). Names other documents, to refuse them.
 */
final class LabelDocument {
    private static final String STRING = "\"(?:[^\"\\\\]++|\\\\.)*+\"|'(?:[^'\\\\]++|\\\\.)*+'";
    private static final Pattern ESCAPED = Pattern.compile("\\\\(.)");
    private static final Pattern ITEM =
            Pattern.compile("\\b(?:item|entry)\\s*:?\\s*\\{((?:" + STRING + "|[^}\"']++|[\"'])*+)}");
    private static final Pattern FIELD = Pattern.compile("(\\w+)\\s*:\\s*(?:(" + STRING + ")|(\\d{1,9}))");
    private static final Pattern LABEL_MAP = Pattern.compile("(?:\\s*#[^\\n]*\\n)*\\s*(?:item|entry)\\s*:?\\s*\\{");
    private static final List<String> NAMES = List.of("names", "classes", "class_names", "id2label", "labels");
    private static final Pattern YAML_ITEM = Pattern.compile("-\\s+(.+)");
    private static final Pattern YAML_ENTRY = Pattern.compile("['\"]?(\\d{1,9})['\"]?:\\s+(.+)");

    private static final Pattern YAML_ESCAPED = Pattern.compile("\\\\([\"\\\\/])");
    private static final Pattern YAML_FIELD = Pattern.compile("(\\w+):\\s*(.*)");
    /** Keys of the first line of a class that is a dictionary. */
    private static final Set<String> KNOWN_FIELDS =
            Set.of("name", "label", "class_name", "class", "index", "idx", "id", "color", "type");

    private static final List<String> FIELD_NAMES = List.of("name", "label", "class_name", "class");
    private static final List<String> FIELD_INDICES = List.of("index", "idx", "id");

    private static final Pattern PLAIN_FLOW = Pattern.compile("[\\[{][^\\[\\]{}'\"]*[\\]}]");

    private LabelDocument() {}

    /**
     * Reads the labels.
     *
     * @return empty if the text is not such a document
     * @throws CardinalException if the text is a document without labels, such as HTML
     */
    static Optional<LabelFile> read(String text) {
        if (text.startsWith("<")) {
            throw CardinalException.card("the file contains HTML or XML; download the file that the page links to");
        }
        if (text.startsWith("version https://git-lfs")) {
            throw CardinalException.card("the file is a Git LFS pointer instead of the file itself; run git lfs pull");
        }
        Optional<String> collection = LabelSourceCode.collection(text);
        if (collection.isPresent()) {
            return collection.map(LabelFile::tree);
        }
        return LABEL_MAP.matcher(text).lookingAt() ? Optional.of(labelMap(text)) : yaml(text);
    }

    /** Returns what a file is whose bytes are not text; empty if it may be text. */
    static Optional<String> binary(byte[] bytes) {
        String head = new String(bytes, 0, Math.min(bytes.length, 16), StandardCharsets.ISO_8859_1);
        Map<String, String> kinds = Map.of(
                "PK\3\4", "a zip file or a spreadsheet",
                "\u0093NUMPY", "a NumPy array",
                "(lp0", "a pickle",
                "(dp0", "a pickle",
                "\u0080\2", "a pickle",
                "\u0080\3", "a pickle",
                "\u0080\4", "a pickle",
                "\u0080\5", "a pickle",
                "\u001f\u008b", "compressed with gzip");
        return kinds.entrySet().stream()
                .filter(kind -> head.startsWith(kind.getKey()))
                .map(Map.Entry::getValue)
                .findFirst();
    }

    private static LabelFile labelMap(String text) {
        List<LabelEntry> entries = new ArrayList<>();
        Matcher item = ITEM.matcher(text);
        while (item.find()) {
            Map<String, String> fields = new LinkedHashMap<>();
            Matcher field = FIELD.matcher(item.group(1));
            while (field.find()) {
                String quoted = field.group(2);
                fields.put(
                        field.group(1),
                        quoted == null
                                ? field.group(3)
                                : ESCAPED.matcher(unquoted(quoted)).replaceAll("$1"));
            }
            String name = fields.getOrDefault("name", fields.get("target_class_string"));
            String shown = fields.getOrDefault("display_name", name == null ? "" : name);
            if (shown.isBlank()) {
                throw CardinalException.card("item " + (entries.size() + 1) + " of the label map has no name");
            }
            String id = fields.getOrDefault("id", fields.get("target_class"));
            entries.add(new LabelEntry(id == null ? null : Long.valueOf(id), shown.equals(name) ? null : name, shown));
        }
        return LabelFile.of(entries, "a label map of TensorFlow", null);
    }

    private static Optional<LabelFile> yaml(String text) {
        List<String> lines = text.lines().toList();
        for (String key : NAMES) {
            Pattern pattern = Pattern.compile("\\s*(?:- )?" + key + ":\\s*(.*)");
            for (int i = 0; i < lines.size(); i++) {
                Matcher names = pattern.matcher(withoutComment(lines.get(i)));
                if (names.matches()) {
                    Optional<LabelFile> read = yaml(key, names.group(1), lines.subList(i + 1, lines.size()));
                    if (read.isPresent()) {
                        return read;
                    }
                }
            }
        }
        boolean isList = isListOfDictionaries(lines)
                || lines.stream()
                        .map(line -> withoutComment(line).strip())
                        .allMatch(line -> line.isEmpty()
                                || line.equals("---")
                                || YAML_ITEM.matcher(line).matches());
        List<LabelEntry> entries = isList
                ? block(lines.stream().filter(line -> !line.equals("---")).toList())
                : List.of();
        return entries.isEmpty() ? Optional.empty() : Optional.of(LabelFile.of(entries, "a YAML list", null));
    }

    /**
     * Reads the value of a key.
     *
     * @param key name of the key
     * @param value what follows the key in its line
     * @param below the lines below
     */
    private static Optional<LabelFile> yaml(String key, String value, List<String> below) {
        if (value.startsWith("[") || value.startsWith("{")) {
            String whole = LabelSourceCode.bracketed(value + "\n" + String.join("\n", below), 0)
                    .orElse(value);
            List<LabelEntry> plain = flow(whole);
            return Optional.of(
                    plain.isEmpty() ? LabelFile.tree(whole) : LabelFile.of(plain, "YAML under " + key, null));
        }
        if (value.isEmpty()
                && below.stream()
                        .map(String::strip)
                        .filter(line -> !line.isEmpty())
                        .findFirst()
                        .orElse("")
                        .matches("[\\[{].*")) {
            return yaml(key, String.join("\n", below).strip(), List.of());
        }
        List<LabelEntry> entries = value.isEmpty() ? block(below) : List.of();
        return entries.isEmpty() ? Optional.empty() : Optional.of(LabelFile.of(entries, "YAML under " + key, null));
    }

    /** Returns the items of a list or dictionary in brackets whose names have no quotes; empty if some have. */
    private static List<LabelEntry> flow(String value) {
        if (!PLAIN_FLOW.matcher(value).matches()) {
            return List.of();
        }
        List<LabelEntry> entries = new ArrayList<>();
        for (String item : value.substring(1, value.length() - 1).split(",", -1)) {
            Matcher entry = YAML_ENTRY.matcher(item.strip());
            if (value.startsWith("{") && !item.isBlank() && !entry.matches()) {
                return List.of();
            }
            if (!item.isBlank()) {
                entries.add(
                        entry.matches()
                                ? new LabelEntry(Long.valueOf(entry.group(1)), null, entry.group(2))
                                : new LabelEntry(null, null, item.strip()));
            }
        }
        return entries;
    }

    private static boolean isListOfDictionaries(List<String> lines) {
        List<String> contents = lines.stream()
                .map(LabelDocument::withoutComment)
                .filter(line -> !line.isBlank() && !line.equals("---"))
                .toList();
        return !contents.isEmpty()
                && contents.stream().allMatch(line -> line.startsWith("- ") || line.startsWith("  "))
                && contents.stream().filter(line -> line.startsWith("- ")).allMatch(line -> YAML_FIELD
                        .matcher(line.substring(2).strip())
                        .matches())
                && contents.stream()
                        .map(line -> YAML_FIELD.matcher(line.strip().replaceFirst("^- ", "")))
                        .anyMatch(field -> field.matches() && FIELD_NAMES.contains(field.group(1)));
    }

    /** Returns the items of a YAML list, or of a dictionary by index, up to the first line that is neither. */
    private static List<LabelEntry> block(List<String> lines) {
        List<LabelEntry> entries = new ArrayList<>();
        Map<String, String> fields = new LinkedHashMap<>();
        int dash = -1;
        for (String line : lines) {
            String content = withoutComment(line).strip();
            int indentation = line.indexOf(content);
            Matcher item = YAML_ITEM.matcher(content);
            boolean isItem = item.matches() && (dash < 0 || indentation == dash);
            String value = isItem ? item.group(1).strip() : content;
            Matcher entry = YAML_ENTRY.matcher(value);
            Matcher field = YAML_FIELD.matcher(value);
            dash = isItem ? indentation : dash;
            if (content.isEmpty() || (!fields.isEmpty() && indentation > dash)) {
                if (field.matches()) {
                    fields.putIfAbsent(field.group(1), scalar(field.group(2)));
                }
            } else if (isItem && field.matches() && KNOWN_FIELDS.contains(field.group(1))) {
                addClass(fields, entries);
                fields.put(field.group(1), scalar(field.group(2)));
            } else if (entry.matches()) {
                entries.add(new LabelEntry(Long.valueOf(entry.group(1)), null, scalar(entry.group(2))));
            } else if (isItem) {
                entries.add(new LabelEntry(null, null, scalar(value)));
            } else {
                break;
            }
        }
        addClass(fields, entries);
        return entries;
    }

    /** Adds the class of a dictionary in a list, and clears the dictionary. */
    private static void addClass(Map<String, String> fields, List<LabelEntry> entries) {
        if (fields.isEmpty()) {
            return;
        }
        String name = FIELD_NAMES.stream()
                .map(fields::get)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse("");
        if (name.isBlank()) {
            throw CardinalException.card("item " + (entries.size() + 1) + " of the YAML list has no name: " + fields);
        }
        String index = FIELD_INDICES.stream()
                .map(fields::get)
                .filter(value -> value != null && value.matches("\\d{1,9}"))
                .findFirst()
                .orElse(null);
        entries.add(new LabelEntry(index == null ? null : Long.valueOf(index), null, name));
        fields.clear();
    }

    /** Returns the text of a YAML scalar: quotes are doubled within single quotes, and escaped within double quotes. */
    private static String scalar(String text) {
        String stripped = text.strip();
        String unquoted = unquoted(stripped);
        if (unquoted.equals(stripped)) {
            return stripped;
        }
        return stripped.startsWith("'")
                ? unquoted.replace("''", "'")
                : YAML_ESCAPED.matcher(unquoted).replaceAll("$1");
    }

    private static String withoutComment(String line) {
        int comment = line.startsWith("#") ? 0 : line.indexOf(" #");
        return (comment < 0 ? line : line.substring(0, comment)).stripTrailing();
    }

    /** Removes the quotes around a text. */
    static String unquoted(String text) {
        boolean quoted = text.length() >= 2
                && (text.charAt(0) == '"' || text.charAt(0) == '\'')
                && text.charAt(text.length() - 1) == text.charAt(0);
        return quoted ? text.substring(1, text.length() - 1) : text;
    }
}
