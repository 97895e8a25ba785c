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

/** Parses the JSON header of a safetensors file token by token. Duplicate keys and deep nesting are errors. */
final class SafetensorsHeader {
    private static final int MAX_NESTING = 3;
    private static final int MAX_TEXT = 1 << 20;
    private static final int MAX_DTYPE = 32;
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
    /** Without Jackson's table of field names, which grows with the file and fails on names with colliding hashes. */
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
     * The description of one tensor.
     *
     * @param name its name
     * @param dtype element type as the file names it
     * @param type element type; null if Cardinal does not read it
     * @param shape its dimensions
     * @param begin offset of its first byte after the header
     * @param end offset after its last byte
     */
    record TensorEntry(String name, String dtype, @Nullable ElementType type, List<Long> shape, long begin, long end) {

        /** Returns whether the shape needs exactly the bytes from begin to end, if the type is known. */
        boolean fillsItsBytes() {
            if (type == null) {
                return true;
            }
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
     * Returns the tensors in the order of the header.
     *
     * @throws JsonProcessingException if the text is not valid JSON or not a valid header
     */
    static List<TensorEntry> parse(String header) throws IOException {
        try (JsonParser parser = JSON.createParser(header)) {
            return new SafetensorsHeader(parser).entries();
        }
    }

    private List<TensorEntry> entries() throws IOException {
        List<TensorEntry> entries = new ArrayList<>();
        expect(parser.nextToken(), JsonToken.START_OBJECT, "an object");
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            expect(parser.nextToken(), JsonToken.START_OBJECT, "an object");
            if (name.equals(METADATA)) {
                metadata();
            } else {
                entries.add(entry(name));
                if (entries.size() > StateDict.MAX_TENSORS) {
                    throw error("the file has more than " + StateDict.MAX_TENSORS + " tensors");
                }
            }
        }
        if (parser.nextToken() != null) {
            throw error("unexpected text after the end of the header");
        }
        return entries;
    }

    private void metadata() throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            expect(parser.nextToken(), JsonToken.VALUE_STRING, "a string");
        }
    }

    private TensorEntry entry(String name) throws IOException {
        String dtype = null;
        List<Long> shape = null;
        List<Long> offsets = null;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            switch (parser.currentName()) {
                case "dtype" -> dtype = dtype();
                case "shape" -> shape = numbers(TensorInfo.MAX_DIMENSIONS);
                case "data_offsets" -> offsets = numbers(2);
                default -> throw error("unknown key " + parser.currentName());
            }
        }
        return entry(name, dtype, shape, offsets);
    }

    private TensorEntry entry(
            String name, @Nullable String dtype, @Nullable List<Long> shape, @Nullable List<Long> offsets)
            throws JsonParseException {
        if (dtype == null || shape == null || offsets == null || offsets.size() != 2) {
            throw error("tensor " + name + " needs dtype, shape and two data_offsets");
        }
        return new TensorEntry(name, dtype, TYPES.get(dtype), List.copyOf(shape), offsets.get(0), offsets.get(1));
    }

    private String dtype() throws IOException {
        expect(parser.nextToken(), JsonToken.VALUE_STRING, "a string");
        if (parser.getTextLength() > MAX_DTYPE) {
            throw error("a dtype is longer than " + MAX_DTYPE);
        }
        return parser.getText();
    }

    private List<Long> numbers(int most) throws IOException {
        expect(parser.nextToken(), JsonToken.START_ARRAY, "an array");
        List<Long> numbers = new ArrayList<>(2);
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            expect(parser.currentToken(), JsonToken.VALUE_NUMBER_INT, "an integer");
            numbers.add(parser.getLongValue());
            if (numbers.size() > most || parser.getLongValue() < 0) {
                throw error("an array has a negative number or more than " + most + " numbers");
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
