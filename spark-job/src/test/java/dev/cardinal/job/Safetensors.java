package dev.cardinal.job;

import dev.cardinal.zoo.checkpoint.Checkpoint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Writes the weights of a demo model in the format of safetensors, to give tests files that no command made. */
public final class Safetensors {
    private Safetensors() {}

    /** A tensor with its shape, as the header writes it, and its elements as little-endian floats. */
    private record Tensor(String shape, ByteBuffer values) {}

    /**
     * The weights of a model in two files.
     *
     * @param names names of the tensors in the first file, then of those in the second
     */
    public record Shards(ByteBuffer first, ByteBuffer second, List<List<String>> names) {
        /** Returns the index that Hugging Face writes for the two files. */
        public String index(String firstFile, String secondFile) {
            List<String> entries = new ArrayList<>();
            names.get(0).forEach(name -> entries.add("\"" + name + "\": \"" + firstFile + "\""));
            names.get(1).forEach(name -> entries.add("\"" + name + "\": \"" + secondFile + "\""));
            return "{\"metadata\": {}, \"weight_map\": {" + String.join(", ", entries) + "}}";
        }
    }

    /** Returns the weights of a demo model in two files. */
    public static Shards demo(String id) throws IOException {
        Map<String, Tensor> first = new LinkedHashMap<>();
        Map<String, Tensor> second = new LinkedHashMap<>();
        weights(id).forEach((name, tensor) -> (name.startsWith("layer3") || name.startsWith("fc") ? second : first)
                .put(name, tensor));
        return new Shards(
                ByteBuffer.wrap(file(List.of(""), first)),
                ByteBuffer.wrap(file(List.of(""), second)),
                List.of(List.copyOf(first.keySet()), List.copyOf(second.keySet())));
    }

    /** Returns the weights of a demo model in one file, once for each prefix. */
    public static byte[] demo(String id, List<String> prefixes) throws IOException {
        return file(prefixes, weights(id));
    }

    private static Map<String, Tensor> weights(String id) throws IOException {
        Path file = Files.createTempFile(id, ".pth");
        try (InputStream in =
                Objects.requireNonNull(Checkpoint.class.getResourceAsStream("/dev/cardinal/zoo/demo/" + id + ".pth"))) {
            Files.write(file, in.readAllBytes());
        }
        Map<String, Tensor> weights = new LinkedHashMap<>();
        try (Checkpoint source = Checkpoint.open(file)) {
            source.stateDicts().getOrDefault("", Map.of()).values().stream()
                    .filter(tensor -> tensor.type().isFloating())
                    .forEach(tensor -> weights.put(
                            tensor.name(), tensor(tensor.shape().toString(), source.read("", tensor.name()))));
        } finally {
            Files.delete(file);
        }
        return weights;
    }

    private static Tensor tensor(String shape, float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return new Tensor(shape, bytes);
    }

    private static byte[] file(List<String> prefixes, Map<String, Tensor> tensors) {
        List<String> header = new ArrayList<>();
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        for (String prefix : prefixes) {
            tensors.forEach((name, tensor) -> {
                int begin = data.size();
                byte[] bytes = new byte[tensor.values.remaining()];
                tensor.values.duplicate().get(bytes);
                data.writeBytes(bytes);
                header.add("\"" + prefix + name + "\":{\"dtype\":\"F32\",\"shape\":" + tensor.shape
                        + ",\"data_offsets\":[" + begin + "," + data.size() + "]}");
            });
        }
        byte[] json = ("{" + String.join(",", header) + "}").getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .array());
        all.writeBytes(json);
        all.writeBytes(data.toByteArray());
        return all.toByteArray();
    }
}
