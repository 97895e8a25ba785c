package dev.cardinal.zoo.graph;

import com.google.protobuf.ByteString;
import dev.cardinal.zoo.MaskedCrc32c;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.BundleEntryProto;
import org.tensorflow.proto.BundleHeaderProto;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.TensorShapeProto;
import org.tensorflow.proto.VersionDef;

/**
 * The {@code variables/} of a SavedModel: a checkpoint in TensorFlow's format V2 (tensorflow/core/util/tensor_bundle), of one shard.
 * The data file holds the tensors one after another, as little-endian floats; the index says where each lies, with a checksum,
 * which TensorFlow compares when it restores them.
 *
 * <p>Written here and not by TensorFlow, so that a weight is written straight from the heap and a model larger than memory would
 * do. Whoever opens it closes it; without {@link #finish} there is no index, and no model. Not thread-safe.
 */
final class VariableFiles implements AutoCloseable {
    private static final String DATA_FILE = "variables/variables.data-00000-of-00001";
    private static final String INDEX_FILE = "variables/variables.index";
    private static final String HEADER_KEY = "";
    private static final int CHUNK_BYTES = 1 << 20;

    private final Path directory;
    private final FileChannel data;
    private final Map<String, ByteString> entries = new HashMap<>();
    private final ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private long written;

    private VariableFiles(Path directory, FileChannel data, long first) {
        this.directory = directory;
        this.data = data;
        written = first;
        entries.put(HEADER_KEY, header());
    }

    /** Opens the files below a model's directory, which must not have them yet. */
    static VariableFiles create(Path directory) throws IOException {
        return create(directory, 0);
    }

    /**
     * Opens the files below a model's directory, which must not have them yet.
     *
     * @param first where the first variable lies in the data file, after a hole
     */
    static VariableFiles create(Path directory, long first) throws IOException {
        Path file = directory.resolve(DATA_FILE);
        Files.createDirectories(file.getParent());
        FileChannel data = FileChannel.open(
                file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.SPARSE);
        return new VariableFiles(directory, data.position(first), first);
    }

    /**
     * Writes the next variable.
     *
     * @param values row-major
     */
    void add(String name, Shape shape, float[] values) throws IOException {
        if (shape.size() != values.length) {
            throw new IllegalArgumentException(name + " " + shape + " is given " + values.length + " values");
        }
        MaskedCrc32c checksum = new MaskedCrc32c();
        int step = CHUNK_BYTES / Float.BYTES;
        for (int done = 0; done < values.length; done += step) {
            int count = Math.min(step, values.length - done);
            chunk.clear();
            chunk.asFloatBuffer().put(values, done, count);
            chunk.limit(count * Float.BYTES);
            checksum.update(chunk);
            chunk.rewind();
            while (chunk.hasRemaining()) {
                data.write(chunk);
            }
        }
        long bytes = (long) values.length * Float.BYTES;
        BundleEntryProto entry = BundleEntryProto.newBuilder()
                .setDtype(DataType.DT_FLOAT)
                .setShape(shape(shape))
                .setOffset(written)
                .setSize(bytes)
                .setCrc32C(checksum.masked())
                .build();
        if (entries.put(name, entry.toByteString()) != null) {
            throw new IllegalArgumentException("two variables are called " + name);
        }
        written += bytes;
    }

    private static ByteString header() {
        return BundleHeaderProto.newBuilder()
                .setNumShards(1)
                .setEndianness(BundleHeaderProto.Endianness.LITTLE)
                .setVersion(VersionDef.newBuilder().setProducer(1))
                .build()
                .toByteString();
    }

    /** Writes the index; nothing can be added then. */
    void finish() throws IOException {
        Files.write(directory.resolve(INDEX_FILE), SortedTable.of(entries), StandardOpenOption.CREATE_NEW);
    }

    /** A shape in TensorFlow's protocol, -1 where a dimension is not fixed. */
    static TensorShapeProto shape(Shape shape) {
        TensorShapeProto.Builder proto = TensorShapeProto.newBuilder();
        for (long size : shape.asArray()) {
            proto.addDim(TensorShapeProto.Dim.newBuilder().setSize(size));
        }
        return proto.build();
    }

    @Override
    public void close() throws IOException {
        data.close();
    }
}
