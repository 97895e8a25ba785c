package dev.cardinal.zoo;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Class labels as text, UTF-8: one class a line in the order of a network's outputs, its name, or its name, a tab and its
 * id. Thread-safe.
 */
public final class Labels {
    private static final List<String> NAMES = List.of("imagenet1k", "cifar10", "cifar100");
    private static final Map<String, List<ClassLabel>> LOADED = new ConcurrentHashMap<>();
    private static final int BYTE_ORDER_MARK = 0xFEFF;

    private Labels() {}

    /**
     * Reads the labels in a file.
     *
     * @throws CardinalException naming the line, if the file is not in this format or cannot be read
     */
    public static List<ClassLabel> read(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return read(file.toString(), in);
        } catch (IOException e) {
            throw CardinalException.card("labels " + file + " cannot be read: " + e, e);
        }
    }

    /**
     * Reads labels to the end of the stream, and leaves it open.
     *
     * @param name what errors call them
     * @throws CardinalException naming the line, if they are not in this format or cannot be read
     */
    public static List<ClassLabel> read(String name, InputStream in) {
        byte[] bytes;
        try {
            bytes = in.readAllBytes();
        } catch (IOException e) {
            throw CardinalException.card("labels " + name + " cannot be read: " + e, e);
        }
        List<ClassLabel> labels = new ArrayList<>();
        for (int start = 0; start < bytes.length; ) {
            int end = start;
            while (end < bytes.length && bytes[end] != '\n') {
                end++;
            }
            int line = labels.size() + 1;
            try {
                labels.add(label(text(bytes, start, end, line)));
            } catch (CharacterCodingException e) {
                throw CardinalException.card(name + ", line " + line + ": it is not UTF-8", e);
            } catch (CardinalException e) {
                throw CardinalException.card(name + ", line " + line + ": " + e.getMessage(), e);
            }
            start = end + 1;
        }
        if (labels.isEmpty()) {
            throw CardinalException.card(name + " is empty: it must name one class a line");
        }
        return List.copyOf(labels);
    }

    /** The labels as text that {@link #read(Path)} reads back. */
    public static String write(List<ClassLabel> labels) {
        return labels.stream()
                .map(label -> label.id() == null ? label.name() : label.name() + "\t" + label.id())
                .map(line -> line + "\n")
                .collect(Collectors.joining());
    }

    /**
     * The labels of a vocabulary that comes with Cardinal, the same list at every call.
     *
     * @throws CardinalException naming the known ones, if there is none of this name
     */
    static List<ClassLabel> named(String name) {
        if (!NAMES.contains(name)) {
            throw CardinalException.card("labels '" + name + "' do not come with Cardinal; these do: "
                    + String.join(", ", NAMES) + ". Others are written as a list of {name, id}");
        }
        return LOADED.computeIfAbsent(name, Labels::load);
    }

    private static List<ClassLabel> load(String name) {
        String resource = "labels/" + name + ".tsv";
        try (InputStream in = Labels.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("resource " + resource + " is missing");
            }
            return read(resource, in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(byte[] bytes, int start, int end, int line) throws CharacterCodingException {
        String text = StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes, start, end - start))
                .toString();
        int from = line == 1 && !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK ? 1 : 0;
        return text.endsWith("\r") ? text.substring(from, text.length() - 1) : text.substring(from);
    }

    private static ClassLabel label(String text) {
        int tab = text.indexOf('\t');
        if (tab < 0) {
            return new ClassLabel(text, null);
        }
        String id = text.substring(tab + 1);
        if (id.isBlank()) {
            throw CardinalException.card("the id after the tab is empty");
        }
        return new ClassLabel(text.substring(0, tab), id);
    }
}
