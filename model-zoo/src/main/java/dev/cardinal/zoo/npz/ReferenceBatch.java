package dev.cardinal.zoo.npz;

import dev.cardinal.zoo.CardinalException;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Reference images with the logits that the model's own framework computed for them, read from an {@code .npz} file of
 * {@code numpy.savez}: array {@code images}, uint8 [N, H, W, 3], and array {@code logits}, float32 [N, C],
 * little-endian and in C order.
 *
 * <p>Reading allocates at most as much memory as the file is long. No library on the class path reads NumPy files, and
 * only two uncompressed arrays are needed. Immutable.
 */
public final class ReferenceBatch {
    private static final String ADVICE = "; write it with numpy.savez(file, images=..., logits=...)";

    private final List<Integer> imageShape;
    private final int classes;
    private final byte[] images;
    private final float[] logits;

    private ReferenceBatch(List<Integer> imageShape, int classes, byte[] images, float[] logits) {
        this.imageShape = imageShape;
        this.classes = classes;
        this.images = images;
        this.logits = logits;
    }

    private record Array(NpyHeader header, ByteBuffer data) {}

    /**
     * Reads a file.
     *
     * @throws CardinalException if it is unreadable, corrupt or compressed, or does not contain these two arrays
     */
    public static ReferenceBatch read(Path file) {
        try (ZipFile zip = new ZipFile(file.toFile())) {
            long fileBytes = Files.size(file);
            Array images = array(file, zip, fileBytes, "images", "|u1", 4);
            Array logits = array(file, zip, fileBytes, "logits", "<f4", 2);
            return of(file, images, logits);
        } catch (CardinalException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            // ZipFile also throws unchecked exceptions if the central directory is invalid.
            throw CardinalException.input("reference " + file + " cannot be read: " + e.getMessage() + ADVICE, e);
        }
    }

    private static ReferenceBatch of(Path file, Array images, Array logits) {
        List<Integer> shape = images.header().shape();
        List<Integer> outputs = logits.header().shape();
        if (shape.get(3) != 3 || shape.contains(0)) {
            throw CardinalException.input("reference " + file + ": images have shape " + shape
                    + " instead of [N, height, width, 3] with at least one image");
        }
        if (!outputs.get(0).equals(shape.get(0)) || outputs.get(1) < 1) {
            throw CardinalException.input("reference " + file + ": logits have shape " + outputs + " instead of ["
                    + shape.get(0) + ", classes]");
        }
        float[] values = new float[logits.data().remaining() / Float.BYTES];
        logits.data().asFloatBuffer().get(values);
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                throw CardinalException.input("reference " + file + ": the logits of image " + i / outputs.get(1)
                        + " contain " + values[i] + "; was the model's checkpoint loaded?");
            }
        }
        return new ReferenceBatch(shape, outputs.get(1), images.data().array(), values);
    }

    private static Array array(Path file, ZipFile zip, long fileBytes, String name, String type, int rank)
            throws IOException {
        String what = "reference " + file + ": array " + name;
        ZipEntry entry = zip.getEntry(name + ".npy");
        if (entry == null) {
            throw CardinalException.input(what + " is missing" + ADVICE);
        }
        if (entry.getMethod() != ZipEntry.STORED) {
            throw CardinalException.input(
                    what + " is compressed; save it with numpy.savez instead of numpy.savez_compressed");
        }
        if (entry.getSize() < 0 || entry.getSize() > fileBytes || entry.getSize() > Integer.MAX_VALUE - 8) {
            throw CardinalException.input(
                    what + " declares " + entry.getSize() + " bytes, but the file has " + fileBytes + ADVICE);
        }
        CheckedInputStream checked = new CheckedInputStream(zip.getInputStream(entry), new CRC32());
        try (DataInputStream in = new DataInputStream(checked)) {
            NpyHeader header = NpyHeader.read(what, in);
            if (!header.type().equals(type) || header.shape().size() != rank) {
                throw CardinalException.input(what + " is " + header.type() + " " + header.shape() + " instead of "
                        + type + " with " + rank + " dimensions" + ADVICE);
            }
            long size = header.shape().stream()
                    .mapToLong(Integer::longValue)
                    .reduce(type.equals("<f4") ? 4 : 1, Math::multiplyExact);
            if (size != entry.getSize() - header.bytes()) {
                throw CardinalException.input(what + " of shape " + header.shape() + " needs " + size
                        + " bytes but has " + (entry.getSize() - header.bytes()) + "; is the file complete?");
            }
            byte[] data = in.readNBytes((int) size);
            if (data.length != size || checked.getChecksum().getValue() != entry.getCrc()) {
                throw CardinalException.input(
                        what + " is corrupt: its CRC-32 differs from the one in the archive" + ADVICE);
            }
            return new Array(header, ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN));
        }
    }

    /** Returns the number of images. */
    public int count() {
        return imageShape.get(0);
    }

    /** Returns the height of all images, in pixels. */
    public int height() {
        return imageShape.get(1);
    }

    /** Returns the width of all images, in pixels. */
    public int width() {
        return imageShape.get(2);
    }

    /** Returns the number of logits per image. */
    public int classes() {
        return classes;
    }

    /** Returns the pixels of one image, uint8 [H, W, 3]. */
    public byte[] image(int index) {
        int size = height() * width() * 3;
        return Arrays.copyOfRange(images, index * size, (index + 1) * size);
    }

    /** Returns the logit of one image for one class. */
    public float logit(int image, int classIndex) {
        return logits[image * classes + classIndex];
    }
}
