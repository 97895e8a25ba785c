package dev.cardinal.zoo.card;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.card.Preprocessing.CropMode;
import dev.cardinal.zoo.card.Preprocessing.CropRounding;
import dev.cardinal.zoo.card.Preprocessing.Interpolation;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Reads timm's {@code config.json} from the Hugging Face Hub as a card: the architecture from the catalog's card of the
 * same name, and the preprocessing that {@code timm.data.create_transform} would build.
 *
 * <p>Source of the formula of the resize: {@code transforms_imagenet_eval} in timm's {@code transforms_factory.py}.
 */
final class TimmConfig {
    private static final Map<String, Interpolation> INTERPOLATIONS = Map.of(
            "bilinear", Interpolation.PILLOW_BILINEAR,
            "bicubic", Interpolation.PILLOW_BICUBIC,
            "lanczos", Interpolation.PILLOW_LANCZOS,
            "box", Interpolation.PILLOW_BOX,
            "hamming", Interpolation.PILLOW_HAMMING);

    private static final Map<String, CropMode> MODES = Map.of("squash", CropMode.SQUASH, "border", CropMode.BORDER);

    private TimmConfig() {}

    static boolean isTimm(JsonNode tree) {
        return tree.path("architecture").isTextual();
    }

    /**
     * Returns the card. Its labels come from the file if it has any, otherwise from the catalog's card; a checkpoint with
     * another number of classes does not match those.
     *
     * @throws CardinalException if the architecture is not in the catalog or the preprocessing is not supported
     */
    static ModelCard card(String name, JsonNode tree) {
        String architecture = tree.path("architecture").textValue();
        JsonNode config = tree.path("pretrained_cfg").isObject() ? tree.path("pretrained_cfg") : tree;
        ModelCard known;
        try {
            known = known(architecture, config.path("num_classes").asInt());
        } catch (CardinalException e) {
            throw CardinalException.card(
                    name + " is timm's configuration of " + architecture + ": " + e.getMessage(), e);
        }
        String tag = config.path("tag").asText("");
        String id = tag.isEmpty() ? architecture : architecture + "." + tag;
        ModelCard card = new ModelCard(
                id,
                List.of(),
                known.architecture(),
                preprocessing(name, config),
                known.labels(),
                new ModelSource(null, null, null, null, null));
        return tree.path("label_names").isArray() || config.path("label_names").isArray()
                ? card.withLabels(LabelTree.read(tree, true).labels())
                : card;
    }

    /** Returns a card with the architecture, if possible one with the same number of classes. */
    private static ModelCard known(String architecture, int classes) {
        List<ModelCard> cards = ModelCatalog.withArchitecture(architecture);
        return cards.stream()
                .filter(card -> card.architecture().classes() == classes)
                .findFirst()
                .orElseGet(() -> cards.isEmpty() ? ModelCatalog.find(architecture) : cards.get(0));
    }

    private static Preprocessing preprocessing(String name, JsonNode config) {
        JsonNode size = config.path("input_size");
        int crop = size.path(1).asInt(224);
        if (size.isArray() && size.path(1).asInt() != size.path(2).asInt()) {
            throw CardinalException.card(name + ": input_size " + size + " is not square, which is not supported");
        }
        String interpolation = config.path("interpolation").asText("bicubic").toLowerCase(Locale.ROOT);
        Interpolation filter = INTERPOLATIONS.get(interpolation);
        String mode = config.path("crop_mode").asText("center");
        boolean hasMode = MODES.containsKey(mode) || mode.equals("center");
        if (filter == null || !hasMode || config.path("crop_border_pixels").asInt(0) != 0) {
            throw CardinalException.card(name + ": interpolation '" + interpolation + "' with crop_mode '" + mode
                    + "' is not supported; supported are "
                    + String.join(
                            ", ", INTERPOLATIONS.keySet().stream().sorted().toList())
                    + " with crop_mode center, squash or border, without crop_border_pixels");
        }
        int resize = (int) Math.floor(crop / config.path("crop_pct").asDouble(0.875));
        return new Preprocessing(
                resize,
                crop,
                filter,
                CropRounding.HALF_EVEN,
                three(config.path("mean"), List.of(0.485, 0.456, 0.406)),
                three(config.path("std"), List.of(0.229, 0.224, 0.225)),
                MODES.get(mode));
    }

    private static List<Double> three(JsonNode values, List<Double> ifMissing) {
        List<Double> read = new ArrayList<>();
        values.forEach(value -> read.add(value.asDouble(Double.NaN)));
        return values.isArray() ? read : ifMissing;
    }
}
