package dev.cardinal.zoo.serving;

import dev.cardinal.zoo.FileHash;
import dev.cardinal.zoo.card.Architecture;
import dev.cardinal.zoo.card.ClassLabel;
import dev.cardinal.zoo.card.ModelCard;
import dev.cardinal.zoo.card.Preprocessing;
import dev.cardinal.zoo.card.SavedModelCard;
import dev.cardinal.zoo.card.Variant;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Computes the identity of a model: a SHA-256 of architecture, preprocessing, labels and weights only. It is the same
 * for every import of the same weights, on every machine and from every checkpoint format.
 *
 * <p>For a model of Cardinal, the hashed data are: a version tag; the fields of architecture, preprocessing and labels;
 * and for each tensor of {@link Architecture#tensors} the element count and the elements as little-endian 32-bit
 * floats. A string is hashed as its length and its UTF-8 bytes, a number as little-endian, a double by its bits.
 *
 * <p>For a SavedModel that Cardinal did not write, the weights cannot be separated from the graph. The hashed data are:
 * another version tag; preprocessing and labels; signature, input and outputs as far as they are used; and path and
 * SHA-256 of each file that TensorFlow reads, sorted by path. Not thread-safe.
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

    /** Starts the fingerprint of a card's network. The caller adds its tensors. */
    public static Fingerprint of(ModelCard card) {
        Fingerprint fingerprint = new Fingerprint(VERSION);
        fingerprint.add(card.architecture());
        fingerprint.add(card.preprocessing());
        fingerprint.add(card.labels());
        return fingerprint;
    }

    /** Starts the fingerprint of a SavedModel that Cardinal did not write. The caller adds its files. */
    public static Fingerprint of(SavedModelCard card, ModelInterface io) {
        Fingerprint fingerprint = new Fingerprint(SAVED_MODEL_VERSION);
        fingerprint.add(card.preprocessing());
        fingerprint.add(card.labels());
        fingerprint.add(io);
        return fingerprint;
    }

    /**
     * Adds the next file, in path order.
     *
     * @param path path below the model's directory, with slashes
     * @param sha256 SHA-256 of the file, lower-case hex
     */
    public void add(String path, String sha256) {
        text(path);
        text(sha256);
    }

    /** Adds the next tensor, in the order of {@link Architecture#tensors}. */
    public void add(float[] weights) {
        number(weights.length);
        for (int start = 0; start < weights.length; start += CHUNK_FLOATS) {
            int count = Math.min(CHUNK_FLOATS, weights.length - start);
            chunk.clear();
            chunk.asFloatBuffer().put(weights, start, count);
            chunk.limit(count * Float.BYTES);
            digest.update(chunk);
        }
    }

    /** Returns the fingerprint, 64 lower-case hex digits. The instance cannot be used afterwards. */
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
        if (architecture.variant() != null) {
            add(architecture.variant());
        }
    }

    private void add(Variant variant) {
        text("variant");
        text(variant.shortcut().name());
        text(variant.normalization().name());
        number(variant.squeezeExcitation() ? 1 : 0);
        text(variant.antiAliasing().name());
        number(variant.stemChannels());
    }

    private void add(Preprocessing preprocessing) {
        number(preprocessing.resize() == null ? 0 : preprocessing.resize());
        number(preprocessing.crop() == null ? 0 : preprocessing.crop());
        text(preprocessing.interpolation().name());
        text(preprocessing.cropRounding().name());
        preprocessing.mean().forEach(this::number);
        preprocessing.std().forEach(this::number);
        if (preprocessing.cropMode() != null) {
            text(preprocessing.cropMode().name());
        }
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
