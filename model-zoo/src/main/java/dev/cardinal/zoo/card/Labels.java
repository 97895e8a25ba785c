package dev.cardinal.zoo.card;

import dev.cardinal.zoo.ByteOrderMark;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Reads and writes the class labels of a bundle as UTF-8 text: one class per line in the order of the network's outputs,
 * as name, or as name, tab and id. {@link LabelFile} reads the files of users. Thread-safe.
 */
public final class Labels {
    private static final List<String> NAMES = List.of("imagenet1k", "imagenet12k", "cifar10", "cifar100");
    private static final Map<String, List<ClassLabel>> LOADED = new ConcurrentHashMap<>();

    private Labels() {}

    /**
     * Reads labels from a stream, to its end. Does not close the stream.
     *
     * @param name name of the stream in error messages
     * @throws CardinalException with the line number if a label is invalid, or if the stream is unreadable
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
                throw CardinalException.card(name + ", line " + line + ": not valid UTF-8", e);
            } catch (CardinalException e) {
                throw CardinalException.card(name + ", line " + line + ": " + e.getMessage(), e);
            }
            start = end + 1;
        }
        if (labels.isEmpty()) {
            throw CardinalException.card(name + " is empty: it must contain one class per line");
        }
        return List.copyOf(labels);
    }

    /** Returns the labels in the format of {@link #read(String, InputStream)}. */
    public static String write(List<ClassLabel> labels) {
        return labels.stream()
                .map(label -> label.id() == null ? label.name() : label.name() + "\t" + label.id())
                .map(line -> line + "\n")
                .collect(Collectors.joining());
    }

    /**
     * Returns a list of labels that is included in Cardinal. Every call returns the same instance.
     *
     * @throws CardinalException with the known names if the name is unknown
     */
    static List<ClassLabel> named(String name) {
        if (!NAMES.contains(name)) {
            throw CardinalException.card(
                    "unknown labels '" + name + "'; included in Cardinal are " + String.join(", ", NAMES)
                            + ". Write other labels as a list of names or of {name, id}, or as the path of a label file next to the card");
        }
        return LOADED.computeIfAbsent(name, Labels::load);
    }

    private static List<ClassLabel> load(String name) {
        String resource = "/dev/cardinal/zoo/labels/" + name + ".tsv";
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
        String content = line == 1 ? ByteOrderMark.removed(text) : text;
        return content.endsWith("\r") ? content.substring(0, content.length() - 1) : content;
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
