package dev.cardinal.zoo;

import dev.cardinal.zoo.serving.ModelInterface;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The identity of a model: a SHA-256 over architecture, preprocessing, labels and weights, and nothing else. The same
 * checkpoint imported twice, on any machine and out of any container, has the same one.
 *
 * <p>What is hashed, in this order: a version tag; the fields of the architecture, the preprocessing and the labels; then each
 * tensor of {@link Architecture#tensors} as its element count and its elements as little-endian 32-bit floats. Strings are
 * UTF-8 after their length, numbers are little-endian, doubles by their bits.
 *
 * <p>Of a SavedModel that was made elsewhere the weights are not known apart from the rest. What is hashed of it: another version
 * tag; the preprocessing and the labels; its signature, input and outputs as far as they are used; then path and SHA-256 of each
 * file that TensorFlow reads, in the order of the paths. Not thread-safe.
 */
public final class Fingerprint {
    private static final String VERSION = "cardinal-fingerprint-1";
    private static final String SAVED_MODEL_VERSION = "cardinal-fingerprint-savedmodel-1";
    private static final int CHUNK_FLOATS = 1 << 16;

    private final MessageDigest digest;
    private final ByteBuffer chunk =
            ByteBuffer.allocate(CHUNK_FLOATS * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);

    private Fingerprint(String version) {
        digest = FileHash.digest();
        text(version);
    }

    /** That of a card's network, whose tensors are to be added. */
    static Fingerprint of(ModelCard card) {
        Fingerprint fingerprint = new Fingerprint(VERSION);
        fingerprint.add(card.architecture());
        fingerprint.add(card.preprocessing());
        fingerprint.add(card.labels());
        return fingerprint;
    }

    /** That of a SavedModel that was made elsewhere, whose files are to be added. */
    public static Fingerprint of(SavedModelCard card, ModelInterface io) {
        Fingerprint fingerprint = new Fingerprint(SAVED_MODEL_VERSION);
        fingerprint.add(card.preprocessing());
        fingerprint.add(card.labels());
        fingerprint.add(io);
        return fingerprint;
    }

    /**
     * Adds the next file, in the order of the paths.
     *
     * @param path below the model's directory, with slashes
     * @param sha256 of its content, lower-case hex
     */
    public void add(String path, String sha256) {
        text(path);
        text(sha256);
    }

    /** Adds the next tensor, in the order of {@link Architecture#tensors}. */
    void add(float[] weights) {
        number(weights.length);
        for (int start = 0; start < weights.length; start += CHUNK_FLOATS) {
            int count = Math.min(CHUNK_FLOATS, weights.length - start);
            chunk.clear();
            chunk.asFloatBuffer().put(weights, start, count);
            chunk.limit(count * Float.BYTES);
            digest.update(chunk);
        }
    }

    /** The fingerprint, 64 lower-case hex digits; ends this instance. */
    public String hex() {
        return HexFormat.of().formatHex(digest.digest());
    }

    private void add(Architecture architecture) {
        text(architecture.stem().name());
        text(architecture.block().name());
        number(architecture.layers().size());
        architecture.layers().forEach(this::number);
        number(architecture.cardinality());
        number(architecture.baseWidth());
        number(architecture.classes());
        number(architecture.batchNormEpsilon());
    }

    private void add(Preprocessing preprocessing) {
        number(preprocessing.resize() == null ? 0 : preprocessing.resize());
        number(preprocessing.crop() == null ? 0 : preprocessing.crop());
        text(preprocessing.interpolation().name());
        text(preprocessing.cropRounding().name());
        preprocessing.mean().forEach(this::number);
        preprocessing.std().forEach(this::number);
    }

    private void add(List<ClassLabel> labels) {
        number(labels.size());
        for (ClassLabel label : labels) {
            text(label.name());
            text(label.id());
        }
    }

    private void add(ModelInterface io) {
        text(io.signature());
        text(io.image());
        text(io.element().name());
        text(io.layout().name());
        text(io.logits());
        text(io.probabilities());
        text(io.features());
    }

    private void text(@Nullable String value) {
        if (value == null) {
            number(-1);
            return;
        }
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        number(bytes.length);
        digest.update(bytes);
    }

    private void number(double value) {
        bits(Double.doubleToLongBits(value));
    }

    private void number(int value) {
        bits(value);
    }

    private void bits(long value) {
        chunk.clear();
        chunk.putLong(value).flip();
        digest.update(chunk);
    }
}
