package dev.cardinal.zoo.naming;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The names of one training framework for the layers of a ResNet or ResNeXt. Immutable.
 *
 * <p>Each scheme is a text file of rules {@code layer of the card = stored layer}. {@code {s}}, {@code {b}} and
 * {@code {n}} stand for the numbers of stage, block and layer; the right side can add to them or subtract from them:
 * {@code {s-1}}. Names of parameters, such as {@code weight} and {@code running_mean}, are the same everywhere. No scheme
 * contains the last layer, because it can have any name: see {@link HeadSearch}.
 *
 * @param id name of the file
 * @param title name of the framework in messages
 * @param rules rules in order; the first that matches applies
 */
record NamingScheme(String id, String title, List<NamingRule> rules) {
    /** All schemes; the first wins if several fit equally. */
    private static final List<String> IDS = List.of(
            "torchvision",
            "transformers",
            "kuangliu",
            "weiaicunzai",
            "prlz77",
            "dxy",
            "torch7",
            "torch7-flat",
            "children",
            "hysts",
            "pytorchcv",
            "pytorchcv-cifar",
            "pycls",
            "pycls-2019",
            "detectron2");

    private static final Pattern NUMBER = Pattern.compile("\\{([a-z])([+-]\\d+)?}");

    NamingScheme {
        rules = List.copyOf(rules);
    }

    /** One rule: a layer of the card, and the stored layer that it becomes. */
    record NamingRule(Pattern card, String stored) {
        static NamingRule of(String line) {
            String[] sides = line.split(" = ", 2);
            String pattern = NUMBER.matcher(sides[0].replace(".", "\\.")).replaceAll("(?<$1>\\\\d+)");
            return new NamingRule(Pattern.compile(pattern), sides[1]);
        }

        @Nullable
        String apply(String layer) {
            Matcher matcher = card.matcher(layer);
            return matcher.matches()
                    ? NUMBER.matcher(stored).replaceAll(number -> Integer.toString(value(matcher, number)))
                    : null;
        }

        private static int value(Matcher layer, MatchResult number) {
            int value = Integer.parseInt(layer.group(number.group(1)));
            return number.group(2) == null ? value : value + Integer.parseInt(number.group(2));
        }
    }

    /** Loads the schemes once, at the first use; class initialization makes this thread-safe. */
    private static final class EmbeddedSchemes {
        private static final List<NamingScheme> ALL =
                IDS.stream().map(NamingScheme::load).toList();
    }

    /** Returns all schemes. */
    static List<NamingScheme> all() {
        return EmbeddedSchemes.ALL;
    }

    /** Returns the stored name of a tensor of the card, without prefix; null if the scheme has no such layer. */
    @Nullable
    String stored(String tensor) {
        int parameter = tensor.lastIndexOf('.');
        String layer = tensor.substring(0, parameter);
        for (NamingRule rule : rules) {
            String stored = rule.apply(layer);
            if (stored != null) {
                return stored + tensor.substring(parameter);
            }
        }
        return null;
    }

    private static NamingScheme load(String id) {
        String resource = "/dev/cardinal/zoo/naming/" + id + ".txt";
        try (InputStream in = NamingScheme.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("resource " + resource + " is missing");
            }
            List<String> lines = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            return new NamingScheme(
                    id,
                    lines.get(0).substring(2),
                    lines.stream().skip(1).map(NamingRule::of).toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
