package dev.cardinal.udf.sql;

import dev.cardinal.udf.fetch.RecordFields;
import dev.cardinal.udf.image.ImageOptions;
import dev.cardinal.udf.image.ImageOptions.ExifOrientation;
import dev.cardinal.udf.image.ImageOptions.Truncated;
import dev.cardinal.udf.image.ImageOptions.Views;
import dev.cardinal.udf.options.ExecutionOptions;
import dev.cardinal.udf.options.ExecutionOptions.DeviceChoice;
import dev.cardinal.udf.options.ExecutionOptions.ModelDistribution;
import dev.cardinal.udf.options.ExecutionOptions.PrecisionChoice;
import dev.cardinal.udf.options.LabelOptions;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.EnumWord;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The model to classify with and the options to use.
 *
 * @param model directory of the model
 * @param card file with the card of a SavedModel made elsewhere, null for a bundle
 * @param options all other options; {@code topK} applies to calls without {@code k}
 */
public record ClassifySettings(String model, @Nullable Path card, LabelOptions options) {

    /**
     * Reads the settings of a session.
     *
     * @param configuration all settings of the session; keys without the prefix {@link ClassifyKey#PREFIX} are ignored
     * @throws CardinalException if the model is not set, a value is invalid or a key is unknown; names every such key
     */
    static ClassifySettings of(Map<String, String> configuration) {
        return new SettingsReader(configuration).read();
    }

    private static final class SettingsReader {
        private final Map<String, String> values = new TreeMap<>();
        private final List<String> problems = new ArrayList<>();

        SettingsReader(Map<String, String> configuration) {
            configuration.forEach((key, value) -> {
                if (key.startsWith(ClassifyKey.PREFIX)) {
                    values.put(key, value.strip());
                }
            });
        }

        ClassifySettings read() {
            for (String key : values.keySet()) {
                if (!ClassifyKey.isKnown(key)) {
                    problems.add(key + " is unknown; the settings are "
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
                            choice(ClassifyKey.EXIF_ORIENTATION, ExifOrientation.class),
                            choice(ClassifyKey.TRUNCATED, Truncated.class),
                            choice(ClassifyKey.VIEWS, Views.class),
                            flag(ClassifyKey.DRAFT)),
                    RecordFields.usual(),
                    new ExecutionOptions(
                            (int) number(ClassifyKey.BATCH_SIZE, Integer.MAX_VALUE),
                            ExecutionOptions.DEFAULT_PREFETCH,
                            choice(ClassifyKey.PRECISION, PrecisionChoice.class),
                            choice(ClassifyKey.DEVICE, DeviceChoice.class),
                            choice(ClassifyKey.MODEL_DISTRIBUTION, ModelDistribution.class)));
            if (!problems.isEmpty()) {
                throw CardinalException.usage(problems);
            }
            return new ClassifySettings(model, card.isEmpty() ? null : Path.of(card), options);
        }

        private String text(ClassifyKey key) {
            String value = values.get(key.key());
            if (value != null && !value.isEmpty()) {
                return value;
            }
            String defaultValue = key.defaultValue();
            return defaultValue == null ? "" : defaultValue;
        }

        /** Returns a whole number of at least 1; 1 if the value is invalid. */
        private long number(ClassifyKey key, long largest) {
            String value = text(key);
            try {
                long number = Long.parseLong(value);
                if (number >= 1 && number <= largest) {
                    return number;
                }
            } catch (NumberFormatException e) {
                // reported below, like a number out of range
            }
            problems.add(key.key() + " must be a whole number from 1 to " + largest + ", not '" + value + "'");
            return 1;
        }

        private boolean flag(ClassifyKey key) {
            String value = text(key);
            boolean isTrue = value.equalsIgnoreCase("true");
            if (!isTrue && !value.equalsIgnoreCase("false")) {
                problems.add(key.key() + " must be true or false, not '" + value + "'");
            }
            return isTrue;
        }

        /** Returns the constant of that name in kebab case, in upper or lower case; the first constant if the value is invalid. */
        private <E extends Enum<E>> E choice(ClassifyKey key, Class<E> type) {
            String value = text(key);
            E[] choices = type.getEnumConstants();
            for (E choice : choices) {
                if (EnumWord.of(choice).equalsIgnoreCase(value)) {
                    return choice;
                }
            }
            problems.add(key.key() + " must be one of "
                    + Arrays.stream(choices).map(EnumWord::of).collect(Collectors.joining(", "))
                    + ", not '" + value + "'");
            return choices[0];
        }
    }
}
