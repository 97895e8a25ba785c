package dev.cardinal.zoo.card;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.card.Architecture.Block;
import java.util.List;

/**
 * Detects {@code config.json} of Hugging Face transformers. It is not a card, because it does not describe the preprocessing; the error
 * names the card with its architecture.
 */
final class TransformersConfig {
    private static final List<String> CARDS = List.of("resnet18", "resnet34", "resnet50", "resnet101", "resnet152");

    private TransformersConfig() {}

    static boolean isTransformers(JsonNode tree) {
        return tree.path("model_type").isTextual();
    }

    static CardinalException refusal(String name, JsonNode tree) {
        String type = tree.path("model_type").textValue();
        String is = "card " + name + " is a configuration of Hugging Face transformers";
        if (!type.equals("resnet")) {
            return CardinalException.card(
                    is + " for the model type " + type + ", but Cardinal imports ResNets and ResNeXts");
        }
        String depths = tree.path("depths").toString();
        Block block = tree.path("layer_type").asText("bottleneck").equals("basic") ? Block.BASIC : Block.BOTTLENECK;
        return CARDS.stream()
                .map(ModelCatalog::find)
                .filter(card -> card.architecture().block() == block
                        && card.architecture()
                                .layers()
                                .toString()
                                .replace(" ", "")
                                .equals(depths))
                .findFirst()
                .map(card -> CardinalException.card(is + ", which does not describe the preprocessing: use --card "
                        + card.id() + " --labels " + name))
                .orElseGet(() -> CardinalException.card(is + " with " + depths
                        + " layers, which no card has: write a card of your own with this architecture"));
    }
}
