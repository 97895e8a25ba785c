package dev.cardinal.udf.shard;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cardinal.udf.ImageRef;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Consecutive members of an archive with one key: images, and what lies beside them. */
final class Sample {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> CLASS_FIELDS = List.of("cls", "class", "label", "class_name", "class_id");

    private final String key;
    private final List<ImageRef> images = new ArrayList<>();
    private @Nullable String cls;
    private @Nullable String txt;
    private @Nullable String json;

    Sample(String key) {
        this.key = key;
    }

    String key() {
        return key;
    }

    int size() {
        return images.size();
    }

    void add(ImageRef image) {
        images.add(image);
    }

    /** Whether a member may hold the truth. */
    static boolean tellsTruth(SampleName name) {
        return switch (name.extension()) {
            case "cls", "txt", "json" -> true;
            default -> false;
        };
    }

    void read(SampleName name, byte[] content) {
        String text = new String(content, StandardCharsets.UTF_8);
        switch (name.extension()) {
            case "cls" -> cls = cls == null ? withoutNewline(text) : cls;
            case "txt" -> txt = txt == null ? withoutNewline(text) : txt;
            default -> json = json == null ? classIn(text) : json;
        }
    }

    /** The images, each with the truth: that of {@code .cls}, else {@code .txt}, else {@code .json}. */
    List<ImageRef> finished() {
        String truth = cls != null ? cls : txt != null ? txt : json;
        return images.stream().map(image -> image.withTruth(truth)).toList();
    }

    private static String withoutNewline(String text) {
        int end = text.length();
        if (text.endsWith("\n")) {
            end -= text.endsWith("\r\n") ? 2 : 1;
        }
        return text.substring(0, end);
    }

    private static @Nullable String classIn(String text) {
        JsonNode root;
        try {
            root = JSON.readTree(text);
        } catch (JsonProcessingException e) {
            return null;
        }
        if (isScalar(root)) {
            return root.asText();
        }
        return CLASS_FIELDS.stream()
                .map(root::path)
                .filter(Sample::isScalar)
                .map(JsonNode::asText)
                .findFirst()
                .orElse(null);
    }

    private static boolean isScalar(JsonNode node) {
        return node.isValueNode() && !node.isNull();
    }
}
