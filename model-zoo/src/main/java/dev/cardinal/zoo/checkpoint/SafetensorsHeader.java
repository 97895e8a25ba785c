package dev.cardinal.zoo.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The JSON header of a safetensors file, read token by token. Duplicate keys and deep nesting are errors. */
final class SafetensorsHeader {
    private static final int MAX_NESTING = 3;
    private static final int MAX_TEXT = 1 << 20;
    private static final String METADATA = "__metadata__";
    private static final Map<String, ElementType> TYPES = Map.of(
            "F64", ElementType.FLOAT64,
            "F32", ElementType.FLOAT32,
            "F16", ElementType.FLOAT16,
            "BF16", ElementType.BFLOAT16,
            "I64", ElementType.INT64,
            "I32", ElementType.INT32,
            "I16", ElementType.INT16,
            "I8", ElementType.INT8,
            "U8", ElementType.UINT8,
            "BOOL", ElementType.BOOL);
    /** Without Jackson's table of names, which grows with the file and fails on names made to collide. */
    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_NESTING)
                    .maxStringLength(MAX_TEXT)
                    .build())
            .build();

    private final JsonParser parser;

    private SafetensorsHeader(JsonParser parser) {
        this.parser = parser;
    }

    /**
     * What the header says of one tensor.
     *
     * @param name its name
     * @param type element type
     * @param shape its dimensions
     * @param begin offset of its first byte after the header
     * @param end offset after its last byte
     */
    record Entry(String name, ElementType type, List<Long> shape, long begin, long end) {

        /** Whether the shape takes exactly the bytes from begin to end. */
        boolean fillsItsBytes() {
            try {
                long bytes = type.bytes();
                for (long size : shape) {
                    bytes = Math.multiplyExact(bytes, size);
                }
                return bytes == end - begin;
            } catch (ArithmeticException e) {
                return false;
            }
        }
    }

    /**
     * The tensors in the order the header names them.
     *
     * @throws JsonProcessingException if it is not JSON, or JSON that is no such header
     */
    static List<Entry> parse(String header) throws IOException {
        try (JsonParser parser = JSON.createParser(header)) {
            return new SafetensorsHeader(parser).entries();
        }
    }

    private List<Entry> entries() throws IOException {
        List<Entry> entries = new ArrayList<>();
        expect(parser.nextToken(), JsonToken.START_OBJECT, "an object");
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            expect(parser.nextToken(), JsonToken.START_OBJECT, "an object");
            if (name.equals(METADATA)) {
                metadata();
            } else {
                entries.add(entry(name));
                if (entries.size() > NamedTensors.MAX_TENSORS) {
                    throw error("it has more than " + NamedTensors.MAX_TENSORS + " tensors");
                }
            }
        }
        if (parser.nextToken() != null) {
            throw error("the header goes on after its end");
        }
        return entries;
    }

    private void metadata() throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            expect(parser.nextToken(), JsonToken.VALUE_STRING, "a string");
        }
    }

    private Entry entry(String name) throws IOException {
        ElementType type = null;
        List<Long> shape = null;
        List<Long> offsets = null;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            switch (parser.currentName()) {
                case "dtype" -> type = type();
                case "shape" -> shape = numbers(TensorInfo.MAX_DIMENSIONS);
                case "data_offsets" -> offsets = numbers(2);
                default -> throw error("unknown key " + parser.currentName());
            }
        }
        return entry(name, type, shape, offsets);
    }

    private Entry entry(
            String name, @Nullable ElementType type, @Nullable List<Long> shape, @Nullable List<Long> offsets)
            throws JsonParseException {
        if (type == null || shape == null || offsets == null || offsets.size() != 2) {
            throw error("tensor " + name + " lacks dtype, shape or two data_offsets");
        }
        return new Entry(name, type, List.copyOf(shape), offsets.get(0), offsets.get(1));
    }

    private ElementType type() throws IOException {
        expect(parser.nextToken(), JsonToken.VALUE_STRING, "a string");
        ElementType type = TYPES.get(parser.getText());
        if (type == null) {
            throw error("dtype " + parser.getText() + " is not one that Cardinal reads");
        }
        return type;
    }

    private List<Long> numbers(int most) throws IOException {
        expect(parser.nextToken(), JsonToken.START_ARRAY, "an array");
        List<Long> numbers = new ArrayList<>(2);
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            expect(parser.currentToken(), JsonToken.VALUE_NUMBER_INT, "an integer");
            numbers.add(parser.getLongValue());
            if (numbers.size() > most || parser.getLongValue() < 0) {
                throw error("an array has a negative number or more than " + most + " of them");
            }
        }
        return numbers;
    }

    private void expect(@Nullable JsonToken actual, JsonToken expected, String what) throws JsonParseException {
        if (actual != expected) {
            throw error("expected " + what);
        }
    }

    private JsonParseException error(String message) {
        return new JsonParseException(parser, message);
    }
}
