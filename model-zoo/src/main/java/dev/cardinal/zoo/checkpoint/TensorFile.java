package dev.cardinal.zoo.checkpoint;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;

/** A checkpoint whose tensors have all been found in a mapped file. Closes the file; not thread-safe. */
final class TensorFile implements Checkpoint {
    private final Container container;
    private final MappedFile file;
    private final Contents contents;
    private final Map<String, TensorInfo> tensors;

    /** Finds the tensors of a file. */
    @FunctionalInterface
    interface Parser {
        Contents parse(MappedFile file);
    }

    /**
     * What a file holds.
     *
     * @param tensors every tensor by name, in file order
     * @param batchNormEps what {@link Checkpoint#batchNormEps} answers
     */
    record Contents(Map<String, TensorSource> tensors, OptionalDouble batchNormEps) {
        Contents(Map<String, TensorSource> tensors) {
            this(tensors, OptionalDouble.empty());
        }
    }

    private TensorFile(Container container, MappedFile file, Contents contents) {
        this.container = container;
        this.file = file;
        this.contents = contents;
        Map<String, TensorInfo> infos = new LinkedHashMap<>();
        contents.tensors().forEach((name, source) -> infos.put(name, source.info()));
        this.tensors = Collections.unmodifiableMap(infos);
    }

    /** Takes over the file: it is closed with the checkpoint, or now if it cannot be parsed. */
    static Checkpoint parse(Container container, MappedFile file, Parser parser) {
        try {
            Contents contents = parser.parse(file);
            if (contents.tensors().isEmpty()) {
                throw file.origin().refused("it holds no tensors", "give a file of model weights");
            }
            return new TensorFile(container, file, contents);
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
    public OptionalDouble batchNormEps() {
        return contents.batchNormEps();
    }

    @Override
    public float[] read(String name) {
        TensorSource source = contents.tensors().get(name);
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
