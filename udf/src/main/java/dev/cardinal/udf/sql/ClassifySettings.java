package dev.cardinal.udf.sql;

import dev.cardinal.udf.EngineOptions;
import dev.cardinal.udf.EngineOptions.DeviceChoice;
import dev.cardinal.udf.EngineOptions.ModelDistribution;
import dev.cardinal.udf.EngineOptions.PrecisionChoice;
import dev.cardinal.udf.LabelOptions;
import dev.cardinal.udf.RecordFields;
import dev.cardinal.udf.image.ImageOptions;
import dev.cardinal.udf.image.ImageOptions.ExifOrientation;
import dev.cardinal.zoo.CardinalException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which model classifies, and how.
 *
 * @param model directory of the model
 * @param card file with the card of a SavedModel made elsewhere, null for a bundle
 * @param options everything else; {@code topK} is for calls that do not say it
 */
public record ClassifySettings(String model, @Nullable Path card, LabelOptions options) {

    /**
     * Those of a session.
     *
     * @param configuration all its settings; those of other names than {@link ClassifyKey#PREFIX} are passed over
     * @throws CardinalException if the model is not set, a value is wrong or a key unknown; names every such key
     */
    public static ClassifySettings of(Map<String, String> configuration) {
        return new Reader(configuration).read();
    }

    private static final class Reader {
        private final Map<String, String> set = new TreeMap<>();
        private final List<String> problems = new ArrayList<>();

        Reader(Map<String, String> configuration) {
            configuration.forEach((key, value) -> {
                if (key.startsWith(ClassifyKey.PREFIX)) {
                    set.put(key, value.strip());
                }
            });
        }

        ClassifySettings read() {
            for (String key : set.keySet()) {
                if (!ClassifyKey.isKnown(key)) {
                    problems.add(key + " is unknown; there are "
                            + Arrays.stream(ClassifyKey.values())
                                    .map(ClassifyKey::key)
                                    .collect(Collectors.joining(", ")));
                }
            }
            String model = text(ClassifyKey.MODEL);
            if (model.isEmpty()) {
                problems.add(ClassifyKey.MODEL.key()
                        + " is not set: name the directory of a model bundle, as in SET " + ClassifyKey.MODEL.key()
                        + "=hdfs:///models/resnext50");
            }
            String card = text(ClassifyKey.CARD);
            LabelOptions options = new LabelOptions(
                    (int) number(ClassifyKey.TOP_K, Integer.MAX_VALUE),
                    Set.of(),
                    number(ClassifyKey.MAX_FILE_BYTES, Long.MAX_VALUE),
                    new ImageOptions(
                            number(ClassifyKey.MAX_PIXELS, Long.MAX_VALUE),
                            choice(ClassifyKey.EXIF_ORIENTATION, ExifOrientation.class)),
                    RecordFields.usual(),
                    new EngineOptions(
                            (int) number(ClassifyKey.BATCH_SIZE, Integer.MAX_VALUE),
                            EngineOptions.DEFAULT_PREFETCH,
                            choice(ClassifyKey.PRECISION, PrecisionChoice.class),
                            choice(ClassifyKey.DEVICE, DeviceChoice.class),
                            choice(ClassifyKey.MODEL_DISTRIBUTION, ModelDistribution.class)));
            if (!problems.isEmpty()) {
                throw CardinalException.usage(problems);
            }
            return new ClassifySettings(model, card.isEmpty() ? null : Path.of(card), options);
        }

        private String text(ClassifyKey key) {
            String value = set.get(key.key());
            if (value != null && !value.isEmpty()) {
                return value;
            }
            String otherwise = key.defaultValue();
            return otherwise == null ? "" : otherwise;
        }

        /** A whole number of at least 1; 1 where there is a problem. */
        private long number(ClassifyKey key, long largest) {
            String value = text(key);
            try {
                long number = Long.parseLong(value);
                if (number >= 1 && number <= largest) {
                    return number;
                }
            } catch (NumberFormatException e) {
                // told below, as any other wrong value
            }
            problems.add(key.key() + " must be a whole number from 1 to " + largest + ", not '" + value + "'");
            return 1;
        }

        /** One of some words; the first where there is a problem. */
        private <E extends Enum<E>> E choice(ClassifyKey key, Class<E> type) {
            String value = text(key);
            E[] choices = type.getEnumConstants();
            for (E choice : choices) {
                if (choice.name().equalsIgnoreCase(value)) {
                    return choice;
                }
            }
            problems.add(key.key() + " must be one of "
                    + Arrays.stream(choices)
                            .map(choice -> choice.name().toLowerCase(Locale.ROOT))
                            .collect(Collectors.joining(", "))
                    + ", not '" + value + "'");
            return choices[0];
        }
    }
}
