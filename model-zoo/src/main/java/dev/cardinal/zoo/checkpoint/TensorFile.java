package dev.cardinal.zoo.checkpoint;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** A checkpoint whose tensors are in a mapped file, which it closes. Not thread-safe. */
final class TensorFile implements Checkpoint {
    private final CheckpointFormat format;
    private final CheckpointSource source;
    private final MappedFile file;
    private final Contents contents;
    private final Map<String, Map<String, TensorInfo>> stateDicts = new LinkedHashMap<>();
    private final Map<String, Map<String, String>> unreadable = new LinkedHashMap<>();

    /** Finds the state dicts in a file. */
    @FunctionalInterface
    interface Parser {
        Contents parse(MappedFile file);
    }

    /**
     * The contents of a file.
     *
     * @param stateDicts every dictionary of tensors by the path of its keys, in file order
     * @param batchNormEps result of {@link Checkpoint#batchNormEps}
     */
    record Contents(Map<String, StateDict> stateDicts, OptionalDouble batchNormEps) {
        Contents(Map<String, StateDict> stateDicts) {
            this(stateDicts, OptionalDouble.empty());
        }
    }

    private TensorFile(CheckpointFormat format, CheckpointSource source, MappedFile file, Contents contents) {
        this.format = format;
        this.source = source;
        this.file = file;
        this.contents = contents;
        contents.stateDicts().forEach((key, dict) -> {
            stateDicts.put(key, dict.infos());
            unreadable.put(key, dict.unreadable());
        });
    }

    static Checkpoint open(CheckpointSource source, CheckpointFormat format, Parser parser) {
        MappedFile file = MappedFile.open(source, format);
        try {
            Contents contents = parser.parse(file);
            if (contents.stateDicts().values().stream()
                    .allMatch(dict ->
                            dict.tensors().isEmpty() && dict.unreadable().isEmpty())) {
                throw file.errors().refused("the file contains no tensors", "give a file of model weights");
            }
            return new TensorFile(format, source, file, contents);
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    @Override
    public CheckpointFormat format() {
        return format;
    }

    @Override
    public Map<String, Map<String, TensorInfo>> stateDicts() {
        return Collections.unmodifiableMap(stateDicts);
    }

    @Override
    public Map<String, Map<String, String>> unreadable() {
        return Collections.unmodifiableMap(unreadable);
    }

    @Override
    public List<Path> files() {
        return source.files();
    }

    @Override
    public List<String> notes() {
        return source.notes();
    }

    @Override
    public OptionalDouble batchNormEps() {
        return contents.batchNormEps();
    }

    @Override
    public float[] read(String stateDict, String name) {
        StateDict dict = contents.stateDicts().get(stateDict);
        TensorSource tensor = dict == null ? null : dict.tensors().get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("no tensor " + name + " in state dict '" + stateDict + "'");
        }
        return tensor.read(file);
    }

    @Override
    public void close() {
        file.close();
    }
}
