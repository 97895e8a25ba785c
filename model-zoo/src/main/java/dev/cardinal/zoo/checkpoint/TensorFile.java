package dev.cardinal.zoo.checkpoint;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** A checkpoint whose tensors have all been found in a mapped file. Closes the file; not thread-safe. */
final class TensorFile implements Checkpoint {
    private final Container container;
    private final MappedFile file;
    private final Map<String, TensorSource> sources;
    private final Map<String, TensorInfo> tensors;

    /** Finds the tensors of a file. */
    @FunctionalInterface
    interface Parser {
        Map<String, TensorSource> parse(MappedFile file);
    }

    private TensorFile(Container container, MappedFile file, Map<String, TensorSource> sources) {
        this.container = container;
        this.file = file;
        this.sources = sources;
        Map<String, TensorInfo> infos = new LinkedHashMap<>();
        sources.forEach((name, source) -> infos.put(name, source.info()));
        this.tensors = Collections.unmodifiableMap(infos);
    }

    /** Takes over the file: it is closed with the checkpoint, or now if it cannot be parsed. */
    static Checkpoint parse(Container container, MappedFile file, Parser parser) {
        try {
            Map<String, TensorSource> sources = parser.parse(file);
            if (sources.isEmpty()) {
                throw file.origin().refused("it holds no tensors", "give a file of model weights");
            }
            return new TensorFile(container, file, sources);
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    @Override
    public Container container() {
        return container;
    }

    @Override
    public Map<String, TensorInfo> tensors() {
        return tensors;
    }

    @Override
    public float[] read(String name) {
        TensorSource source = sources.get(name);
        if (source == null) {
            throw new IllegalArgumentException("no tensor " + name);
        }
        return source.read(file);
    }

    @Override
    public void close() {
        file.close();
    }
}
