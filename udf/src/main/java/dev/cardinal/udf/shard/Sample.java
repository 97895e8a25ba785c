package dev.cardinal.udf.shard;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cardinal.udf.fetch.ImageRef;
import dev.cardinal.zoo.ByteOrderMark;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Consecutive members of an archive with the same key: images, and the files with their truth. */
final class Sample {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> CLASS_FIELDS = List.of("cls", "class", "label", "class_name", "class_id");

    private final String key;
    private final List<ImageRef> images = new ArrayList<>();
    /** Images such as {@code 0001.seg.png}, which are masks if there is also {@code 0001.jpg}. */
    private final List<ImageRef> dotted = new ArrayList<>();

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
        return images.size() + dotted.size();
    }

    /** Adds an image; one with several dots in its name counts only if the sample has no image with one dot. */
    void add(SampleName name, ImageRef image) {
        if (name.extension().contains(".")) {
            dotted.add(image);
        } else {
            images.add(image);
        }
    }

    /** Adds an image whose extension the user has named. */
    void addNamed(ImageRef image) {
        images.add(image);
    }

    /** Returns the number of added images that are not used. */
    int others() {
        return images.isEmpty() ? 0 : dotted.size();
    }

    /** Returns whether a member may contain the truth. */
    static boolean mayContainTruth(SampleName name) {
        return switch (name.extension()) {
            case "cls", "txt", "json" -> true;
            default -> false;
        };
    }

    void read(SampleName name, byte[] content) {
        String text = new String(content, StandardCharsets.UTF_8);
        switch (name.extension()) {
            case "cls" -> cls = cls == null ? stripped(text) : cls;
            case "txt" -> txt = txt == null ? stripped(text) : txt;
            default -> json = json == null ? classFromJson(text) : json;
        }
    }

    /** Returns the images with the truth from {@code .cls}, else from {@code .txt}, else from {@code .json}. */
    List<ImageRef> imagesWithTruth() {
        String truth = cls != null ? cls : txt != null ? txt : json;
        List<ImageRef> counted = images.isEmpty() ? dotted : images;
        return counted.stream().map(image -> image.withTruth(truth)).toList();
    }

    /** Returns a text without a byte order mark and without white space at its ends; null if nothing is left. */
    private static @Nullable String stripped(String text) {
        String stripped = ByteOrderMark.removed(text).strip();
        return stripped.isEmpty() ? null : stripped;
    }

    private static @Nullable String classFromJson(String text) {
        JsonNode root;
        try {
            root = JSON.readTree(ByteOrderMark.removed(text));
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
