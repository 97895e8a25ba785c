package dev.cardinal.zoo;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.InvalidNullException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Cards as JSON: fields in snake_case, labels either the list itself or the name of one that comes with Cardinal. An
 * unknown, missing or repeated field, a value of the wrong type and a card that contradicts itself are refused with a
 * {@link CardinalException} that names the file and the field. Thread-safe.
 */
public final class CardJson {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .withConfigOverride(int.class, type -> type.setSetterInfo(JsonSetter.Value.forValueNulls(Nulls.FAIL)))
            .withConfigOverride(double.class, type -> type.setSetterInfo(JsonSetter.Value.forValueNulls(Nulls.FAIL)))
            .withConfigOverride(List.class, type -> type.setSetterInfo(JsonSetter.Value.forContentNulls(Nulls.FAIL)))
            .defaultPrettyPrinter(printer())
            .build();

    private CardJson() {}

    /** A card before its labels are looked up; an absent field is null and refused by {@link ModelCard}. */
    private record CardFile(
            String id,
            List<String> aliases,
            Architecture architecture,
            Preprocessing preprocessing,
            JsonNode labels,
            ModelSource source) {

        ModelCard card() throws JsonProcessingException {
            return new ModelCard(id, aliases, architecture, preprocessing, CardJson.labels(labels), source);
        }
    }

    /** The card of a SavedModel made elsewhere before its labels are looked up. */
    private record SavedModelCardFile(
            String id,
            List<String> aliases,
            Architecture architecture,
            Preprocessing preprocessing,
            JsonNode labels,
            ModelSource source,
            String signature,
            SavedModelCard.Input input,
            SavedModelCard.Output output) {

        SavedModelCard card() throws JsonProcessingException {
            return new SavedModelCard(
                    id,
                    aliases,
                    architecture,
                    preprocessing,
                    CardJson.labels(labels),
                    source,
                    signature,
                    input,
                    output);
        }
    }

    /** The description of a bundle before its card's labels are looked up. */
    private record BundleFile(CardFile card, String fingerprint, Provenance provenance) {

        BundleCard bundle() throws JsonProcessingException {
            if (card == null) {
                throw CardinalException.card("card is missing");
            }
            return new BundleCard(card.card(), fingerprint, provenance);
        }
    }

    private interface Conversion<F, T> {
        T apply(F file) throws JsonProcessingException;
    }

    private record LabelList(List<ClassLabel> labels) {}

    /**
     * Reads the card in a file.
     *
     * @throws CardinalException if the file cannot be read or holds no valid card
     */
    public static ModelCard read(Path file) {
        return read(file, CardFile.class, CardFile::card);
    }

    /**
     * Reads the card of a SavedModel that was made elsewhere.
     *
     * @throws CardinalException if the file cannot be read or holds no such card
     */
    public static SavedModelCard readForSavedModel(Path file) {
        return read(file, SavedModelCardFile.class, SavedModelCardFile::card);
    }

    /**
     * Reads a card, to the end of the stream, and leaves it open.
     *
     * @param name what errors call it
     * @throws CardinalException if it is no valid card
     */
    public static ModelCard read(String name, InputStream in) {
        return read(name, in, CardFile.class, CardFile::card);
    }

    /**
     * Reads what a bundle says of itself, to the end of the stream, and leaves it open.
     *
     * @param name what errors call it
     * @throws CardinalException if it is no valid description of a bundle
     */
    public static BundleCard readBundle(String name, InputStream in) {
        return read(name, in, BundleFile.class, BundleFile::bundle);
    }

    private static <F, T> T read(Path file, Class<F> type, Conversion<F, T> conversion) {
        try (InputStream in = Files.newInputStream(file)) {
            return read(file.toString(), in, type, conversion);
        } catch (IOException e) {
            throw CardinalException.card("card " + file + " cannot be read: " + e, e);
        }
    }

    private static <F, T> T read(String name, InputStream in, Class<F> type, Conversion<F, T> conversion) {
        try {
            return conversion.apply(MAPPER.readValue(in, type));
        } catch (JsonProcessingException e) {
            throw CardinalException.card(name + ": " + explain(e), e);
        } catch (CardinalException e) {
            throw CardinalException.card(name + ": " + e.getMessage(), e);
        } catch (IOException e) {
            throw CardinalException.card("card " + name + " cannot be read: " + e, e);
        }
    }

    /** The card as JSON with its labels in full; the same card always gives the same text. */
    public static String write(ModelCard card) {
        return text(card);
    }

    /** The description of a bundle as JSON, its card's labels in full. */
    public static String write(BundleCard bundle) {
        return text(bundle);
    }

    private static String text(Object value) {
        try {
            return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(value) + "\n";
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<ClassLabel> labels(@Nullable JsonNode node) throws JsonProcessingException {
        if (node == null || node.isNull()) {
            throw CardinalException.card("labels is missing");
        }
        if (node.isTextual()) {
            return Labels.named(node.textValue());
        }
        JsonNode list = MAPPER.createObjectNode().set("labels", node);
        return MAPPER.treeToValue(list, LabelList.class).labels();
    }

    private static @Nullable String explain(JsonProcessingException e) {
        if (!(e instanceof JsonMappingException mapping)) {
            return "it is no JSON: " + at(e) + e.getOriginalMessage();
        }
        String field = field(mapping);
        if (mapping.getCause() instanceof CardinalException refused) {
            return refused.getMessage();
        }
        if (mapping instanceof UnrecognizedPropertyException unknown) {
            String known = unknown.getKnownPropertyIds().stream()
                    .map(String::valueOf)
                    .sorted()
                    .collect(Collectors.joining(", "));
            return field + " is unknown; known here: " + known;
        }
        if (mapping instanceof InvalidNullException) {
            return field + " is missing";
        }
        if (mapping instanceof InvalidFormatException invalid
                && invalid.getTargetType().isEnum()) {
            String known = Stream.of(invalid.getTargetType().getEnumConstants())
                    .map(constant -> MAPPER.convertValue(constant, String.class))
                    .collect(Collectors.joining(", "));
            return field + " must be one of " + known + ", not '" + invalid.getValue() + "'";
        }
        return (field.isEmpty() ? "" : field + ": ") + at(e) + e.getOriginalMessage();
    }

    private static String field(JsonMappingException e) {
        StringBuilder field = new StringBuilder();
        for (JsonMappingException.Reference reference : e.getPath()) {
            if (reference.getFieldName() == null) {
                field.append('[').append(reference.getIndex()).append(']');
            } else {
                field.append(field.isEmpty() ? "" : ".").append(reference.getFieldName());
            }
        }
        return field.toString();
    }

    private static String at(JsonProcessingException e) {
        return e.getLocation() == null || e.getLocation().getLineNr() < 1
                ? ""
                : "line " + e.getLocation().getLineNr() + ", column "
                        + e.getLocation().getColumnNr() + ": ";
    }

    private static DefaultPrettyPrinter printer() {
        Separators separators = Separators.createDefaultInstance()
                .withObjectFieldValueSpacing(Separators.Spacing.AFTER)
                .withArrayEmptySeparator("");
        return new DefaultPrettyPrinter(separators).withObjectIndenter(new DefaultIndenter("  ", "\n"));
    }
}
