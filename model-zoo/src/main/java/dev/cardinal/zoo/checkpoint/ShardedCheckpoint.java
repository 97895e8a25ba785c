package dev.cardinal.zoo.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A checkpoint of Hugging Face in several files, which an index lists: {@code {"metadata": ..., "weight_map": {tensor:
 * file}}}. The files are in the directory of the index. Closes the shards. Not thread-safe.
 */
final class ShardedCheckpoint implements Checkpoint {
    private static final String WEIGHT_MAP = "weight_map";
    /** Does not use Jackson's table of field names, because the table grows with the file. */
    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .build();

    private static final int MAX_SHARDS = 1000;
    private static final String ROOT = "";
    private static final String AGAIN = "download the index again";

    private final CheckpointSource index;
    private final Map<String, Checkpoint> shards;
    private final Map<String, String> shardOfTensor = new LinkedHashMap<>();
    private final Map<String, TensorInfo> tensors = new LinkedHashMap<>();
    private final Map<String, String> unreadable = new LinkedHashMap<>();

    private ShardedCheckpoint(CheckpointSource index, Map<String, Checkpoint> shards) {
        this.index = index;
        this.shards = shards;
        shards.forEach((file, shard) -> {
            tensors.putAll(shard.stateDicts().getOrDefault(ROOT, Map.of()));
            unreadable.putAll(shard.unreadable().getOrDefault(ROOT, Map.of()));
            shard.stateDicts().getOrDefault(ROOT, Map.of()).keySet().forEach(name -> shardOfTensor.put(name, file));
        });
    }

    /** Returns whether a JSON file has the key {@code weight_map}. */
    static boolean isIndex(Path file) {
        try (InputStream in = Files.newInputStream(file);
                JsonParser parser = JSON.createParser(in)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                if (parser.currentName().equals(WEIGHT_MAP)) {
                    return true;
                }
                parser.nextToken();
                parser.skipChildren();
            }
            return false;
        } catch (IOException e) {
            return false;
        }
    }

    /** @throws CardinalException if a shard is missing or invalid, or does not contain what the index lists */
    static Checkpoint open(CheckpointSource index) {
        Map<String, String> weightMap = weightMap(index);
        Map<String, Checkpoint> shards = new LinkedHashMap<>();
        try {
            for (Path file : files(index, weightMap)) {
                shards.put(file.getFileName().toString(), shard(file));
            }
            ShardedCheckpoint checkpoint = new ShardedCheckpoint(index, shards);
            checkpoint.requireAll(weightMap);
            return checkpoint;
        } catch (RuntimeException e) {
            shards.values().forEach(Checkpoint::close);
            throw e;
        }
    }

    /** Opens a shard, which must not be an index, an archive or a directory. */
    private static Checkpoint shard(Path file) {
        CheckpointSource source = CheckpointSource.of(file);
        return switch (FormatDetector.detect(source)) {
            case SAFETENSORS -> TensorFile.open(source, CheckpointFormat.SAFETENSORS, Safetensors::contents);
            case PYTORCH_LEGACY -> TensorFile.open(source, CheckpointFormat.PYTORCH_LEGACY, PyTorchLegacy::contents);
            case ZIP -> TensorFile.open(source, CheckpointFormat.PYTORCH_ZIP, PyTorchZip::contents);
            default ->
                throw CardinalException.checkpoint(
                        "checkpoint " + file + " is not a shard: it must be safetensors or a file of torch.save");
        };
    }

    /** Returns the names of the shards in the order of the index; nothing if the file is not an index. */
    static List<String> shards(Path file) {
        if (!isIndex(file)) {
            return List.of();
        }
        CheckpointSource index = CheckpointSource.of(file);
        return names(index, weightMap(index));
    }

    private static List<String> names(CheckpointSource index, Map<String, String> weightMap) {
        List<String> names = List.copyOf(new LinkedHashSet<>(weightMap.values()));
        for (String name : names) {
            boolean plain = !name.isEmpty() && name.chars().noneMatch(c -> c == '/' || c == '\\' || c < ' ');
            if (!plain || name.equals(".") || name.equals("..")) {
                throw error(
                        index,
                        "names the shard '" + name + "', which is not the name of a file in its directory; " + AGAIN);
            }
        }
        if (names.size() > MAX_SHARDS) {
            throw error(index, "lists more than " + MAX_SHARDS + " shards; save the model in larger files");
        }
        return names;
    }

    /** Returns the shards in the order of the index. */
    private static List<Path> files(CheckpointSource index, Map<String, String> weightMap) {
        List<Path> files = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        for (String name : names(index, weightMap)) {
            Path file = index.path().resolveSibling(name);
            if (!Files.isRegularFile(file)) {
                missing.add(name);
            }
            files.add(file);
        }
        if (!missing.isEmpty()) {
            throw error(
                    index,
                    "lists " + files.size() + " shards, but its directory does not contain "
                            + CheckpointErrors.some(missing) + "; download them too");
        }
        return files;
    }

    private void requireAll(Map<String, String> weightMap) {
        weightMap.forEach((tensor, file) -> {
            boolean present = file.equals(shardOfTensor.get(tensor)) || unreadable.containsKey(tensor);
            if (!present) {
                throw error(
                        index,
                        "lists tensor " + tensor + " in " + file
                                + ", which does not contain it; download the index and its shards again, from one version of the model");
            }
        });
    }

    /** Returns the file of each tensor. */
    private static Map<String, String> weightMap(CheckpointSource index) {
        Map<String, String> files = new LinkedHashMap<>();
        try (InputStream in = Files.newInputStream(index.path());
                JsonParser parser = JSON.createParser(in)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean map = parser.currentName().equals(WEIGHT_MAP);
                boolean object = parser.nextToken() == JsonToken.START_OBJECT;
                if (!map || !object) {
                    parser.skipChildren();
                    continue;
                }
                while (parser.nextToken() == JsonToken.FIELD_NAME && files.size() <= StateDict.MAX_TENSORS) {
                    String tensor = parser.currentName();
                    parser.nextToken();
                    files.put(tensor, String.valueOf(parser.getValueAsString()));
                }
                break;
            }
        } catch (IOException e) {
            throw error(index, "is not valid JSON: " + firstLine(e) + "; " + AGAIN);
        }
        if (files.isEmpty() || files.size() > StateDict.MAX_TENSORS) {
            throw error(
                    index,
                    (files.isEmpty() ? "lists no tensors" : "lists more than " + StateDict.MAX_TENSORS + " tensors")
                            + "; " + AGAIN);
        }
        return files;
    }

    private static String firstLine(IOException e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }

    private static CardinalException error(CheckpointSource index, String problem) {
        return CardinalException.checkpoint(
                "checkpoint " + index.name() + " (index of shards) " + CheckpointErrors.plain(problem));
    }

    @Override
    public CheckpointFormat format() {
        return shards.values().iterator().next().format();
    }

    @Override
    public Map<String, Map<String, TensorInfo>> stateDicts() {
        return Map.of(ROOT, Collections.unmodifiableMap(tensors));
    }

    @Override
    public Map<String, Map<String, String>> unreadable() {
        return Map.of(ROOT, Collections.unmodifiableMap(unreadable));
    }

    @Override
    public float[] read(String stateDict, String name) {
        Checkpoint shard = stateDict.equals(ROOT) ? shardOf(name) : null;
        if (shard == null) {
            throw new IllegalArgumentException("no tensor " + name + " in state dict '" + stateDict + "'");
        }
        return shard.read(ROOT, name);
    }

    private @Nullable Checkpoint shardOf(String tensor) {
        String file = shardOfTensor.get(tensor);
        return file == null ? null : shards.get(file);
    }

    @Override
    public List<Path> files() {
        List<Path> files = new ArrayList<>(index.files());
        shards.values().forEach(shard -> files.addAll(shard.files()));
        return List.copyOf(files);
    }

    @Override
    public List<String> notes() {
        return index.notes();
    }

    @Override
    public void close() {
        shards.values().forEach(Checkpoint::close);
    }
}
