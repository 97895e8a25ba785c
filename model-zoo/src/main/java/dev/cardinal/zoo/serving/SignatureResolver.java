package dev.cardinal.zoo.serving;

import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.card.SavedModelCard;
import dev.cardinal.zoo.card.SavedModelCard.TensorLayout;
import dev.cardinal.zoo.serving.ModelInterface.Element;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Derives the interface of a SavedModel from its signature and its card, and collects all mismatches. If a signature is
 * ambiguous, the card must resolve it. Not thread-safe.
 */
public final class SignatureResolver {
    private static final int IMAGE_RANK = 4;
    private static final int OUTPUT_RANK = 2;
    private static final long CHANNELS = 3;

    private final SavedModelCard card;
    private final ServingSignature signature;
    private final List<String> problems = new ArrayList<>();

    private SignatureResolver(SavedModelCard card, ServingSignature signature) {
        this.card = card;
        this.signature = signature;
    }

    /**
     * Returns the interface of a SavedModel.
     *
     * @param model name of the model in error messages
     * @param signature the signature to use
     * @throws CardinalException with every problem and the whole signature
     */
    public static ModelInterface of(String model, ServingSignature signature, SavedModelCard card) {
        SignatureResolver resolver = new SignatureResolver(card, signature);
        ModelInterface found = resolver.match();
        if (found == null || !resolver.problems.isEmpty()) {
            throw CardinalException.model(model + " does not match card " + card.id() + ": "
                    + String.join("; ", resolver.problems) + "; the model has " + signature);
        }
        return found;
    }

    private @Nullable ModelInterface match() {
        String logits = output("logits", card.output().logits());
        String probabilities = output("probabilities", card.output().probabilities());
        String features = output("features", card.output().features());
        Stream.of(logits, probabilities).forEach(this::requireClasses);
        if (logits == null && probabilities == null && problems.isEmpty()) {
            String name =
                    signature.outputs().size() == 1 ? "\"" + signature.outputs().firstKey() + "\"" : "NAME";
            problems.add("no output is named logits or probabilities; name the output in the card, as "
                    + "\"output\": {\"logits\": " + name + "} or {\"probabilities\": " + name + "}");
        }
        String image = image();
        TensorSpec spec = image == null ? null : signature.inputs().get(image);
        if (image == null || spec == null) {
            return null;
        }
        Element element = element(image, spec);
        TensorLayout layout = layout(image, spec);
        if (element == null || layout == null || !problems.isEmpty()) {
            return null;
        }
        requireEdge(image, spec, layout);
        long batch = spec.size(0);
        if (batch == 0 || batch > Integer.MAX_VALUE) {
            problems.add("input " + image + " needs batches of " + batch + " images");
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
                problems.add("the card's input.name is " + named + ", but there is no such input");
                return null;
            }
            return named;
        }
        if (signature.inputs().size() != 1) {
            problems.add(
                    "there is not exactly one input; name the input for images in the card, as \"input\": {\"name\": NAME}");
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
                        + "; supported are uint8 pixels or float (pixel / 255 - mean) / std");
                yield null;
            }
        };
    }

    private @Nullable TensorLayout layout(String image, TensorSpec spec) {
        if (!spec.mayHaveRank(IMAGE_RANK)) {
            problems.add("input " + image + " does not have the four dimensions of a batch of images");
            return null;
        }
        boolean last = channels(TensorLayout.NHWC, spec) == CHANNELS;
        boolean first = channels(TensorLayout.NCHW, spec) == CHANNELS;
        TensorLayout declared = card.input().layout();
        if (declared != null) {
            long channels = channels(declared, spec);
            if (channels != TensorSpec.ANY && channels != CHANNELS) {
                problems.add("the card's input.layout is " + declared + ", which gives input " + image + " " + channels
                        + " channels instead of 3");
            }
            return declared;
        }
        if (last == first) {
            problems.add("the shape of input " + image
                    + " does not show which dimension has the three channels; set the layout in the card, as "
                    + "\"input\": {\"layout\": \"nhwc\"} or \"nchw\"");
            return null;
        }
        return last ? TensorLayout.NHWC : TensorLayout.NCHW;
    }

    private static long channels(TensorLayout layout, TensorSpec spec) {
        return spec.size(layout == TensorLayout.NHWC ? 3 : 1);
    }

    /** Requires the card's preprocessing to produce the image size of the model if that size is fixed. */
    private void requireEdge(String image, TensorSpec spec, TensorLayout layout) {
        int row = layout == TensorLayout.NHWC ? 1 : 2;
        Integer crop = card.preprocessing().crop();
        for (long size : new long[] {spec.size(row), spec.size(row + 1)}) {
            if (size != TensorSpec.ANY && (crop == null || crop != size)) {
                problems.add("input " + image + " needs images of " + size
                        + " pixels, but preprocessing.crop of the card is " + crop);
                return;
            }
        }
    }

    private @Nullable String output(String what, @Nullable String named) {
        String key = named == null ? what : named;
        TensorSpec spec = signature.outputs().get(key);
        if (spec == null) {
            if (named != null) {
                problems.add("the card's output." + what + " is " + named + ", but there is no such output");
            }
            return null;
        }
        if (!spec.type().equals("float") || !spec.mayHaveRank(OUTPUT_RANK)) {
            problems.add("output " + key + " is " + spec + ", but " + what + " must be float [images, numbers]");
            return null;
        }
        return key;
    }

    private void requireClasses(@Nullable String output) {
        Map<String, TensorSpec> outputs = signature.outputs();
        TensorSpec spec = output == null ? null : outputs.get(output);
        long classes = spec == null ? TensorSpec.ANY : spec.size(1);
        if (classes != TensorSpec.ANY && classes != card.labels().size()) {
            problems.add("output " + output + " has " + classes + " classes, but the card has "
                    + card.labels().size() + " labels");
        }
    }
}
