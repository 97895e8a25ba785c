package dev.cardinal.zoo.naming;

import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.EnumWord;
import dev.cardinal.zoo.card.Architecture;
import dev.cardinal.zoo.card.Architecture.Block;
import dev.cardinal.zoo.card.Architecture.Family;
import dev.cardinal.zoo.card.Architecture.Stem;
import dev.cardinal.zoo.card.CardJson;
import dev.cardinal.zoo.card.ModelCard;
import dev.cardinal.zoo.card.ModelCatalog;
import dev.cardinal.zoo.card.Variant;
import dev.cardinal.zoo.card.Variant.AntiAliasing;
import dev.cardinal.zoo.card.Variant.Normalization;
import dev.cardinal.zoo.card.Variant.ShortcutType;
import dev.cardinal.zoo.checkpoint.TensorInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds the architecture whose tensors a state dict contains: reads depth, block, cardinality and width from names and
 * shapes, then compares every tensor.
 */
final class ArchitectureGuess {
    private static final int MAX_STAGES = 4;
    private static final int MAX_BLOCKS = 512;
    private static final int CARDS_SHOWN = 4;
    private static final int IMAGENET_KERNEL = 7;
    private static final int BASIC_WIDTH = 64;

    private ArchitectureGuess() {}

    /**
     * An architecture whose tensors the state dict contains completely, without other tensors inside the network.
     *
     * @param headProblem why the state dict has no usable last layer, as the end of a sentence; empty if it has one. Without one it
     *     may be a part of another model
     */
    record Guess(Architecture architecture, String headProblem) {
        boolean hasHead() {
            return headProblem.isEmpty();
        }
    }

    /** Returns the architecture of the tensors at a location, if they are a network of this family. */
    static Optional<Guess> of(WeightLocation place, List<WeightLocation> all) {
        try {
            Architecture guess = guess(place);
            WeightLocation location = WeightLocation.of(guess, place.names(), place.scheme(), place.prefix());
            Surroundings surroundings = Surroundings.of(location, all);
            boolean complete = location.isComplete()
                    && Extras.of(surroundings, Head.NONE).inNetwork().stream().noneMatch(surroundings::isInNetwork);
            String headProblem =
                    HeadSearch.of(surroundings, guess.features(), 0).problem();
            return complete ? Optional.of(new Guess(guess, headProblem)) : Optional.empty();
        } catch (CardinalException | ArithmeticException | IndexOutOfBoundsException e) {
            return Optional.empty(); // not a network of this family
        }
    }

    private static Architecture guess(WeightLocation place) {
        List<Integer> layers = new ArrayList<>();
        for (int stage = 1; stage <= MAX_STAGES; stage++) {
            int blocks = 0;
            while (blocks < MAX_BLOCKS && place.stored("layer" + stage + "." + blocks + ".conv1.weight") != null) {
                blocks++;
            }
            if (blocks == 0) {
                break;
            }
            layers.add(blocks);
        }
        Variant variant = variant(place);
        if (place.stored("layer1.0.conv3.weight") == null) {
            return new Architecture(Family.RESNET, stem(place), Block.BASIC, layers, 1, BASIC_WIDTH, 2, null, variant);
        }
        int planes = variant.stemChannels();
        int width = size(place, "layer1.0.conv2.weight", 0);
        int groupWidth = size(place, "layer1.0.conv2.weight", 1);
        int groups = width / groupWidth;
        return new Architecture(
                groups == 1 ? Family.RESNET : Family.RESNEXT,
                stem(place),
                Block.BOTTLENECK,
                layers,
                groups,
                groupWidth * BASIC_WIDTH / planes,
                2,
                null,
                variant);
    }

    private static Stem stem(WeightLocation place) {
        if (place.stored("conv1.weight") != null) {
            return size(place, "conv1.weight", 2) == IMAGENET_KERNEL ? Stem.IMAGENET : Stem.CIFAR;
        }
        if (size(place, "conv1.6.weight", 0) != BASIC_WIDTH) {
            return Stem.DEEP_WIDE;
        }
        return size(place, "conv1.0.weight", 0) == size(place, "conv1.3.weight", 0) ? Stem.DEEP : Stem.DEEP_TIERED;
    }

    /** Returns what the names and shapes show. Anti-aliasing has no tensors. */
    private static Variant variant(WeightLocation place) {
        boolean isPooled = Stream.of("layer1.0.", "layer2.0.")
                .anyMatch(block -> place.stored(block + "downsample.1.weight") != null
                        && place.stored(block + "downsample.0.weight") == null);
        boolean isEverywhere = place.stored("layer1.1.downsample.0.weight") != null;
        boolean isPadded = place.stored("layer2.0.conv1.weight") != null
                && place.stored("layer2.0.downsample.0.weight") == null
                && !isPooled;
        ShortcutType shortcut = isPooled
                ? ShortcutType.POOLED_PROJECTION
                : isEverywhere
                        ? ShortcutType.PROJECTION_IN_EVERY_BLOCK
                        : isPadded ? ShortcutType.ZERO_PADDED : ShortcutType.PROJECTION;
        boolean isPreactivated = place.stored("norm.running_mean") != null;
        TensorInfo stem = place.stored("conv1.weight");
        return new Variant(
                shortcut,
                isPreactivated ? Normalization.PRE_ACTIVATION : Normalization.AFTER_CONVOLUTION,
                place.stored("layer1.0.se.fc1.weight") != null,
                AntiAliasing.NONE,
                stem == null ? BASIC_WIDTH : Math.toIntExact(stem.shape().get(0)));
    }

    private static int size(WeightLocation place, String tensor, int dimension) {
        TensorInfo stored = place.stored(tensor);
        return stored == null ? 0 : Math.toIntExact(stored.shape().get(dimension));
    }

    /** Returns what the user can do with a checkpoint of this architecture: the cards to use, or the card to write. */
    static String advice(Guess guess) {
        Architecture architecture = guess.architecture;
        if (!guess.hasHead()) {
            return "the checkpoint has the backbone of a " + title(architecture) + ", but " + guess.headProblem;
        }
        List<String> cards = ModelCatalog.cards().stream()
                .filter(card -> sameNetwork(card, architecture))
                .map(ModelCard::id)
                .toList();
        if (cards.isEmpty()) {
            return "the checkpoint is a " + title(architecture)
                    + ", for which the catalog has no card: write one with \"stem\": \""
                    + EnumWord.of(architecture.stem()) + "\", \"block\": \""
                    + EnumWord.of(architecture.block()) + "\", \"layers\": "
                    + architecture.layers() + ", \"cardinality\": " + architecture.cardinality() + ", \"base_width\": "
                    + architecture.baseWidth()
                    + (architecture.variant() == null
                            ? ""
                            : ", \"variant\": " + CardJson.write(architecture.variant()));
        }
        String more = cards.size() > CARDS_SHOWN ? " and " + (cards.size() - CARDS_SHOWN) + " more" : "";
        return "the checkpoint is a " + title(architecture) + ", and fits these cards: "
                + String.join(", ", cards.stream().limit(CARDS_SHOWN).toList()) + more
                + "; use one of them with --card";
    }

    private static String title(Architecture architecture) {
        boolean wide = architecture.cardinality() == 1 && architecture.baseWidth() != BASIC_WIDTH;
        return architecture.title() + (wide ? " of width " + architecture.baseWidth() : "");
    }

    /** Returns whether a network has the layers of a card, apart from the number of classes. */
    static boolean sameNetwork(ModelCard card, Architecture other) {
        Architecture own = card.architecture();
        return own.variantOrPlain().normalization() == other.variantOrPlain().normalization()
                && own.withClasses(other.classes()).tensors().equals(other.tensors());
    }
}
