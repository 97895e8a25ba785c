package dev.cardinal.zoo.card;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
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
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes cards as JSON. Fields are in snake_case; labels are a list, the name of a list that is included
 * in Cardinal, or a label file next to the card. Unknown, missing and duplicate fields, values of the wrong type and inconsistent cards are rejected with
 * a {@link CardinalException} that names the file and the field. Thread-safe.
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

    /** A card before its labels are resolved. A missing field is null, which {@link ModelCard} rejects. */
    private record CardFile(
            String id,
            List<String> aliases,
            Architecture architecture,
            Preprocessing preprocessing,
            JsonNode labels,
            ModelSource source) {

        ModelCard card(@Nullable Path directory) throws JsonProcessingException {
            return new ModelCard(id, aliases, architecture, preprocessing, CardJson.labels(labels, directory), source);
        }
    }

    /** The card of a third-party SavedModel before its labels are resolved. */
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

        SavedModelCard card(@Nullable Path directory) throws JsonProcessingException {
            return new SavedModelCard(
                    id,
                    aliases,
                    architecture,
                    preprocessing,
                    CardJson.labels(labels, directory),
                    source,
                    signature,
                    input,
                    output);
        }
    }

    /** The description of a bundle before the labels of its card are resolved. */
    private record BundleFile(CardFile card, String fingerprint, Provenance provenance) {

        BundleCard bundle(@Nullable Path directory) throws JsonProcessingException {
            if (card == null) {
                throw CardinalException.card("card is missing");
            }
            return new BundleCard(card.card(directory), fingerprint, provenance);
        }
    }

    private interface Conversion<F, T> {
        T apply(F file, @Nullable Path directory) throws JsonProcessingException;
    }

    private record LabelList(List<ClassLabel> labels) {}

    /**
     * Reads a card from a file, or timm's {@code config.json} from the Hugging Face Hub.
     *
     * @throws CardinalException if the file is unreadable or not a valid card
     */
    public static ModelCard read(Path file) {
        JsonNode tree = read(file, JsonNode.class, (node, directory) -> node);
        if (TransformersConfig.isTransformers(tree)) {
            throw TransformersConfig.refusal(file.toString(), tree);
        }
        return TimmConfig.isTimm(tree)
                ? TimmConfig.card(file.toString(), tree)
                : read(file, CardFile.class, CardFile::card);
    }

    /**
     * Reads the card of a SavedModel that Cardinal did not write.
     *
     * @throws CardinalException if the file is unreadable or not a valid card
     */
    public static SavedModelCard readForSavedModel(Path file) {
        return read(file, SavedModelCardFile.class, SavedModelCardFile::card);
    }

    /**
     * Reads a card from a stream, to its end. Does not close the stream.
     *
     * @param name name of the stream in error messages
     * @throws CardinalException if it is not a valid card
     */
    public static ModelCard read(String name, InputStream in) {
        return read(name, in, null, CardFile.class, CardFile::card);
    }

    /**
     * Reads the description of a bundle from a stream, to its end. Does not close the stream.
     *
     * @param name name of the stream in error messages
     * @throws CardinalException if it is not a valid description of a bundle
     */
    public static BundleCard readBundle(String name, InputStream in) {
        return read(name, in, null, BundleFile.class, BundleFile::bundle);
    }

    /** Reads the publications of models by id. */
    static Map<String, Publication> readPublications(InputStream in) throws IOException {
        return MAPPER.readValue(in, new TypeReference<Map<String, Publication>>() {});
    }

    private static <F, T> T read(Path file, Class<F> type, Conversion<F, T> conversion) {
        try (InputStream in = Files.newInputStream(file)) {
            Path directory = file.toAbsolutePath().getParent();
            return read(file.toString(), in, directory, type, conversion);
        } catch (NoSuchFileException e) {
            throw CardinalException.card("card " + file + " does not exist", e);
        } catch (IOException e) {
            String reason = Files.isDirectory(file) ? "it is a directory" : String.valueOf(e.getMessage());
            throw CardinalException.card("card " + file + " cannot be read: " + reason, e);
        }
    }

    /** @param directory the directory of the card's file, which label files are relative to; null if there is no file */
    private static <F, T> T read(
            String name, InputStream in, @Nullable Path directory, Class<F> type, Conversion<F, T> conversion) {
        try {
            return conversion.apply(MAPPER.readValue(in, type), directory);
        } catch (JsonProcessingException e) {
            throw CardinalException.card(name + ": " + explain(e), e);
        } catch (CardinalException e) {
            throw CardinalException.card(name + ": " + e.getMessage(), e);
        } catch (IOException e) {
            throw CardinalException.card("card " + name + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** Returns the card as JSON with all labels. The same card always gives the same text. */
    public static String write(ModelCard card) {
        return text(card);
    }

    /** Returns the description of a bundle as JSON, with all labels of its card. */
    public static String write(BundleCard bundle) {
        return text(bundle);
    }

    /** Returns a variant as JSON on one line. */
    public static String write(Variant variant) {
        return text(variant).replaceAll("\\s+", " ").strip();
    }

    private static String text(Object value) {
        try {
            return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(value) + "\n";
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<ClassLabel> labels(@Nullable JsonNode node, @Nullable Path directory)
            throws JsonProcessingException {
        if (node == null || node.isNull()) {
            throw CardinalException.card("labels is missing");
        }
        if (node.isTextual()) {
            Path file = directory == null ? null : directory.resolve(node.textValue());
            return file != null && Files.isRegularFile(file)
                    ? LabelFile.read(file).labels()
                    : Labels.named(node.textValue());
        }
        if (node.isArray()
                && !node.isEmpty()
                && StreamSupport.stream(node.spliterator(), false).allMatch(JsonNode::isTextual)) {
            return StreamSupport.stream(node.spliterator(), false)
                    .map(name -> new ClassLabel(name.textValue(), null))
                    .toList();
        }
        JsonNode list = MAPPER.createObjectNode().set("labels", node);
        return MAPPER.treeToValue(list, LabelList.class).labels();
    }

    private static @Nullable String explain(JsonProcessingException e) {
        if (!(e instanceof JsonMappingException mapping)) {
            return "invalid JSON: " + at(e) + e.getOriginalMessage();
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
            String hint = field.equals("preprocessing.crop_pct")
                    ? "; timm's crop_pct is resize = crop / crop_pct, rounded down: for example 256 for 224 and 0.875"
                    : "";
            return field + " is an unknown field; known fields: " + known + hint;
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
        if (mapping instanceof MismatchedInputException mismatched && mismatched.getTargetType() != null) {
            return (field.isEmpty() ? "" : field + ": ") + at(e) + "it must be " + kind(mismatched.getTargetType());
        }
        return (field.isEmpty() ? "" : field + ": ") + at(e) + e.getOriginalMessage();
    }

    private static String kind(Class<?> type) {
        if (type == Integer.class || type == int.class || type == Long.class || type == long.class) {
            return "a whole number";
        }
        if (Number.class.isAssignableFrom(type) || type == double.class) {
            return "a number";
        }
        if (Collection.class.isAssignableFrom(type)) {
            return "a list";
        }
        return type == String.class || type.isEnum() ? "a text" : "an object";
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
