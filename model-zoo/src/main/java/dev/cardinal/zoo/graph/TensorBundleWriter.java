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
 * Writes the {@code variables/} of a SavedModel: a checkpoint of one shard in TensorFlow's format V2
 * (tensorflow/core/util/tensor_bundle). The data file contains the tensors one after another, as little-endian floats.
 * The index contains offset and checksum of each tensor; TensorFlow verifies the checksums when it restores the
 * tensors.
 *
 * <p>TensorFlow itself saves only variables that a session holds in memory. This class writes every weight directly
 * from the heap, so that a model can be larger than memory. The caller of {@link #create(Path)} closes it. Without
 * {@link #finish} there is no index, and the model is incomplete. Not thread-safe.
 */
final class TensorBundleWriter implements AutoCloseable {
    private static final String DATA_FILE = "variables/variables.data-00000-of-00001";
    private static final String INDEX_FILE = "variables/variables.index";
    private static final String HEADER_KEY = "";
    private static final int CHUNK_BYTES = 1 << 20;

    private final Path directory;
    private final FileChannel data;
    private final Map<String, ByteString> entries = new HashMap<>();
    private final ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private long written;

    private TensorBundleWriter(Path directory, FileChannel data, long first) {
        this.directory = directory;
        this.data = data;
        written = first;
        entries.put(HEADER_KEY, header());
    }

    /** Creates the files below a model's directory, where they must not exist. */
    static TensorBundleWriter create(Path directory) throws IOException {
        return create(directory, 0);
    }

    /**
     * Creates the files below a model's directory, where they must not exist.
     *
     * @param first offset of the first variable in the data file; a hole precedes it
     */
    static TensorBundleWriter create(Path directory, long first) throws IOException {
        Path file = directory.resolve(DATA_FILE);
        Files.createDirectories(file.getParent());
        FileChannel data = FileChannel.open(
                file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.SPARSE);
        return new TensorBundleWriter(directory, data.position(first), first);
    }

    /**
     * Writes the next variable.
     *
     * @param values row-major
     */
    void add(String name, Shape shape, float[] values) throws IOException {
        if (shape.size() != values.length) {
            throw new IllegalArgumentException(name + " " + shape + " does not match " + values.length + " values");
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
            throw new IllegalArgumentException("two variables have the name " + name);
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

    /** Writes the index. No variable can be added afterwards. */
    void finish() throws IOException {
        Files.write(directory.resolve(INDEX_FILE), SsTableWriter.of(entries), StandardOpenOption.CREATE_NEW);
    }

    /** Converts a shape to TensorFlow's protocol buffer, with -1 for an unknown dimension. */
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
