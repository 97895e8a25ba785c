package dev.cardinal.zoo.card;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.cardinal.zoo.ByteOrderMark;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A file of class labels in any common format: text lines, CSV or TSV ({@link LabelLines}), JSON and the text of a Python dictionary or list
 * ({@link LabelTree}), and documents of other programs ({@link LabelDocument}). The format is detected from the content.
 *
 * @param labels classes in the order of the network's outputs
 * @param format how the file was read, for example "lines of name, tab and id"
 * @param caution why another reading is possible, or null
 */
public record LabelFile(
        List<ClassLabel> labels, String format, @Nullable String caution) {
    private static final int SHOWN = 3;

    /** Reads JSON, and the text that Python prints for a dictionary or a list of strings. */
    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .enable(JsonReadFeature.ALLOW_SINGLE_QUOTES)
                    .enable(JsonReadFeature.ALLOW_UNQUOTED_FIELD_NAMES)
                    .enable(JsonReadFeature.ALLOW_TRAILING_COMMA)
                    .enable(JsonReadFeature.ALLOW_JAVA_COMMENTS)
                    .enable(JsonReadFeature.ALLOW_YAML_COMMENTS)
                    .enable(JsonReadFeature.ALLOW_BACKSLASH_ESCAPING_ANY_CHARACTER)
                    .build())
            .build();

    public LabelFile {
        labels = List.copyOf(labels);
    }

    /** A class as a file lists it. The index is null if the order of the file is the order of the classes. */
    record LabelEntry(@Nullable Long index, @Nullable String id, String name) {}

    /**
     * Reads a file.
     *
     * @throws CardinalException if the file is missing, unreadable or not UTF-8, if its format is unknown, if its
     *     indices are not consecutive from 0 or 1, or if two classes have the same id; the message contains the file
     */
    public static LabelFile read(Path file) {
        return read(file.toString(), bytes(file));
    }

    /**
     * Reads a file for a network with a known number of classes, which decides whether comments and a header precede the classes, or
     * whether the file has all names on one line. If nothing makes the numbers equal, the result has another number of classes.
     *
     * @throws CardinalException as {@link #read(Path)}
     */
    public static LabelFile read(Path file, int classes) {
        byte[] content = bytes(file);
        LabelFile read = read(file.toString(), content);
        if (read.labels.size() == classes) {
            return read;
        }
        Optional<LabelFile> other =
                named(file.toString(), () -> LabelHeader.read(text(content, file.toString()), classes));
        return other.orElse(read);
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw CardinalException.card("labels " + file + " do not exist", e);
        } catch (IOException e) {
            String reason = Files.isDirectory(file) ? "it is a directory" : String.valueOf(e.getMessage());
            throw CardinalException.card("labels " + file + " cannot be read: " + reason, e);
        }
    }

    /**
     * Reads the content of a file.
     *
     * @param file name of the file in messages
     * @throws CardinalException as {@link #read(Path)}
     */
    public static LabelFile read(String file, byte[] content) {
        String text = text(content, file);
        return named(file, () -> read(text));
    }

    static LabelFile read(String text) {
        LabelFile read = text.startsWith("{") || text.startsWith("[")
                ? tree(text)
                : LabelDocument.read(text).orElseGet(() -> LabelLines.read(text));
        requireDistinctIds(read.labels);
        return read;
    }

    private static <T> T named(String file, Supplier<T> reader) {
        try {
            return reader.get();
        } catch (CardinalException e) {
            throw CardinalException.card("labels " + file + ": " + e.getMessage(), e);
        }
    }

    LabelFile withCaution(String reason) {
        return new LabelFile(labels, format, caution == null ? reason : caution + "; " + reason);
    }

    /** Returns one line for the user: how many classes, which format, and the first classes unless the format is the plain one. */
    public String summary(Path file) {
        String read = String.format(Locale.ROOT, "labels %s: %,d classes, read as %s", file, labels.size(), format);
        if (caution == null && format.equals(LabelLines.NAMES)) {
            return read;
        }
        String first = labels.stream()
                .limit(SHOWN)
                .map(label -> "'" + label.name() + "'" + (label.id() == null ? "" : " (" + label.id() + ")"))
                .collect(Collectors.joining(", "));
        return read + "; the first are " + first + (caution == null ? "" : "; " + caution);
    }

    /**
     * Sorts classes by their indices.
     *
     * @throws CardinalException if only some have an index, or the indices are not consecutive from 0 or 1
     */
    static LabelFile of(List<LabelEntry> entries, String format, @Nullable String caution) {
        Map<Long, LabelEntry> byIndex = new HashMap<>();
        for (LabelEntry entry : entries) {
            if (entry.index != null && byIndex.put(entry.index, entry) != null) {
                throw CardinalException.card("two classes have the index " + entry.index);
            }
        }
        if (byIndex.isEmpty()) {
            return new LabelFile(entries.stream().map(LabelFile::label).toList(), format, caution);
        }
        if (byIndex.size() < entries.size()) {
            throw CardinalException.card("only " + byIndex.size() + " of " + entries.size()
                    + " classes have an index; give every class an index, or none");
        }
        long first = byIndex.containsKey(0L) ? 0 : 1;
        for (long index = first; index < first + entries.size(); index++) {
            if (!byIndex.containsKey(index)) {
                throw CardinalException.card("the indices of " + entries.size()
                        + " classes must count from 0 or 1, but " + index + " is missing");
            }
        }
        List<ClassLabel> labels = byIndex.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(entry -> label(entry.getValue()))
                .toList();
        return new LabelFile(labels, format + (first == 1 ? ", indices from 1" : ""), caution);
    }

    private static ClassLabel label(LabelEntry entry) {
        return new ClassLabel(entry.name.strip(), entry.id == null ? null : entry.id.strip());
    }

    /** Reads JSON, or the text of a Python dictionary or list. */
    static LabelFile tree(String text) {
        boolean json = isJson(text);
        try (JsonParser parser = MAPPER.createParser(text)) {
            List<JsonNode> nodes = new ArrayList<>();
            for (JsonNode node = MAPPER.readTree(parser); node != null; node = MAPPER.readTree(parser)) {
                nodes.add(node);
            }
            return LabelTree.read(nodes.size() == 1 ? nodes.get(0) : MAPPER.valueToTree(nodes), json);
        } catch (JsonProcessingException e) {
            throw CardinalException.card(
                    "the file begins like JSON or a Python dictionary, but line "
                            + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr() + " is invalid: " + e.getOriginalMessage(),
                    e);
        } catch (IOException e) {
            throw new IllegalStateException("a string cannot be read", e);
        }
    }

    private static boolean isJson(String text) {
        try {
            new JsonMapper().readTree(text);
            return true;
        } catch (JsonProcessingException e) {
            return false;
        }
    }

    private static void requireDistinctIds(List<ClassLabel> labels) {
        Map<String, Integer> seen = new HashMap<>();
        for (int i = 0; i < labels.size(); i++) {
            String id = labels.get(i).id();
            Integer other = id == null ? null : seen.put(id, i);
            if (other != null) {
                throw CardinalException.card("classes " + other + " '"
                        + labels.get(other).name() + "' and " + i + " '"
                        + labels.get(i).name() + "' have the same id " + id);
            }
        }
    }

    private static String text(byte[] bytes, String file) {
        String text;
        LabelDocument.binary(bytes).ifPresent(kind -> {
            throw CardinalException.card(
                    "labels " + file + ": the file is " + kind + ", not text; save the names as text, one per line");
        });
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw CardinalException.card(
                    "labels " + file + ", line " + invalidLine(bytes) + ": not valid UTF-8; save the file as UTF-8", e);
        }
        if (text.chars().anyMatch(c -> c == 0)) {
            throw CardinalException.card("labels " + file
                    + ": the file contains NUL characters, as UTF-16 and binary files do; save the names as"
                    + " UTF-8 text, one per line");
        }
        String content = ByteOrderMark.removed(text).stripTrailing();
        if (content.isBlank()) {
            throw CardinalException.card("labels " + file + " are empty: write one class per line");
        }
        return content.startsWith("\n") ? content : content.stripLeading();
    }

    /** Returns the number of the first line that is not UTF-8. */
    private static int invalidLine(byte[] bytes) {
        String lenient = new String(bytes, StandardCharsets.UTF_8);
        return (int) lenient.substring(0, lenient.indexOf('\uFFFD')).lines().count()
                + (lenient.lastIndexOf('\n', lenient.indexOf('\uFFFD')) == lenient.indexOf('\uFFFD') - 1 ? 1 : 0);
    }
}
