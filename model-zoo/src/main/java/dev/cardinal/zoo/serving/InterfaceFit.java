package dev.cardinal.zoo.serving;

import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.SavedModelCard;
import dev.cardinal.zoo.SavedModelCard.Layout;
import dev.cardinal.zoo.serving.ModelInterface.Element;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Matches a signature with a card, and gathers everything that keeps them from fitting. What can be read in two ways is refused
 * and asked for in the card. Not thread-safe.
 */
public final class InterfaceFit {
    private static final int IMAGE_RANK = 4;
    private static final int OUTPUT_RANK = 2;
    private static final long CHANNELS = 3;

    private final SavedModelCard card;
    private final ServingSignature signature;
    private final List<String> problems = new ArrayList<>();

    private InterfaceFit(SavedModelCard card, ServingSignature signature) {
        this.card = card;
        this.signature = signature;
    }

    /**
     * How a SavedModel is asked.
     *
     * @param model what errors call it
     * @param signature the one to use
     * @throws CardinalException naming every problem, with the whole signature
     */
    public static ModelInterface of(String model, ServingSignature signature, SavedModelCard card) {
        InterfaceFit fit = new InterfaceFit(card, signature);
        ModelInterface found = fit.match();
        if (found == null || !fit.problems.isEmpty()) {
            throw CardinalException.model(model + " does not fit card " + card.id() + ": "
                    + String.join("; ", fit.problems) + "; it has " + signature);
        }
        return found;
    }

    private @Nullable ModelInterface match() {
        String logits = output("logits", card.output().logits());
        String probabilities = output("probabilities", card.output().probabilities());
        String features = output("features", card.output().features());
        Stream.of(logits, probabilities).forEach(this::requireClasses);
        if (logits == null && probabilities == null && problems.isEmpty()) {
            problems.add("no output is called logits or probabilities; say which is which in the card, as "
                    + "\"output\": {\"logits\": NAME} or {\"probabilities\": NAME}");
        }
        String image = image();
        TensorSpec spec = image == null ? null : signature.inputs().get(image);
        if (image == null || spec == null) {
            return null;
        }
        Element element = element(image, spec);
        Layout layout = layout(image, spec);
        if (element == null || layout == null || !problems.isEmpty()) {
            return null;
        }
        requireEdge(image, spec, layout);
        long batch = spec.size(0);
        if (batch == 0 || batch > Integer.MAX_VALUE) {
            problems.add("input " + image + " takes batches of " + batch + " images");
        }
        return new ModelInterface(
                signature.key(),
                image,
                element,
                layout,
                batch == TensorSpec.ANY ? null : (int) batch,
                logits,
                probabilities,
                features);
    }

    private @Nullable String image() {
        String named = card.input().name();
        if (named != null) {
            if (!signature.inputs().containsKey(named)) {
                problems.add("the card's input.name is " + named + ", there is no such input");
                return null;
            }
            return named;
        }
        if (signature.inputs().size() != 1) {
            problems.add(
                    "one input is needed; name the one that takes images in the card, as \"input\": {\"name\": NAME}");
            return null;
        }
        return signature.inputs().firstKey();
    }

    private @Nullable Element element(String image, TensorSpec spec) {
        return switch (spec.type()) {
            case "uint8" -> Element.UINT8;
            case "float" -> Element.FLOAT;
            default -> {
                problems.add("input " + image + " is " + spec.type()
                        + "; uint8 pixels or float (pixel / 255 - mean) / std is what can be given");
                yield null;
            }
        };
    }

    private @Nullable Layout layout(String image, TensorSpec spec) {
        if (!spec.mayHaveRank(IMAGE_RANK)) {
            problems.add("input " + image + " has not the four dimensions of a batch of images");
            return null;
        }
        boolean last = channels(Layout.NHWC, spec) == CHANNELS;
        boolean first = channels(Layout.NCHW, spec) == CHANNELS;
        Layout said = card.input().layout();
        if (said != null) {
            long channels = channels(said, spec);
            if (channels != TensorSpec.ANY && channels != CHANNELS) {
                problems.add("the card's input.layout is " + said + ", which makes " + channels + " channels of input "
                        + image);
            }
            return said;
        }
        if (last == first) {
            problems.add("the shape of input " + image
                    + " does not tell where its three channels are; say it in the card, as "
                    + "\"input\": {\"layout\": \"nhwc\"} or \"nchw\"");
            return null;
        }
        return last ? Layout.NHWC : Layout.NCHW;
    }

    private static long channels(Layout layout, TensorSpec spec) {
        return spec.size(layout == Layout.NHWC ? 3 : 1);
    }

    /** Where the model takes one size only, the card's preprocessing must give that size. */
    private void requireEdge(String image, TensorSpec spec, Layout layout) {
        int row = layout == Layout.NHWC ? 1 : 2;
        Integer crop = card.preprocessing().crop();
        for (long size : new long[] {spec.size(row), spec.size(row + 1)}) {
            if (size != TensorSpec.ANY && (crop == null || crop != size)) {
                problems.add("input " + image + " takes images of " + size
                        + " pixels, preprocessing.crop of the card is " + crop);
                return;
            }
        }
    }

    private @Nullable String output(String what, @Nullable String named) {
        String key = named == null ? what : named;
        TensorSpec spec = signature.outputs().get(key);
        if (spec == null) {
            if (named != null) {
                problems.add("the card's output." + what + " is " + named + ", there is no such output");
            }
            return null;
        }
        if (!spec.type().equals("float") || !spec.mayHaveRank(OUTPUT_RANK)) {
            problems.add("output " + key + " is " + spec + ", float [images, numbers] is needed for " + what);
            return null;
        }
        return key;
    }

    private void requireClasses(@Nullable String output) {
        Map<String, TensorSpec> outputs = signature.outputs();
        TensorSpec spec = output == null ? null : outputs.get(output);
        long classes = spec == null ? TensorSpec.ANY : spec.size(1);
        if (classes != TensorSpec.ANY && classes != card.labels().size()) {
            problems.add("output " + output + " has " + classes + " classes, the card has "
                    + card.labels().size() + " labels");
        }
    }
}
