package dev.cardinal.zoo.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;

/**
 * The container of Hugging Face: the length of a JSON header as a little-endian 64-bit integer, the header, and the tensors'
 * bytes in row-major order with no hole between them.
 *
 * <p>Layout: the format section of the safetensors README.
 */
final class Safetensors {
    static final int LENGTH_BYTES = 8;
    private static final long MAX_HEADER_BYTES = 100_000_000;

    private Safetensors() {}

    static Checkpoint open(Path file) {
        return TensorFile.parse(
                Container.SAFETENSORS, MappedFile.open(file, Container.SAFETENSORS), Safetensors::contents);
    }

    private static TensorFile.Contents contents(MappedFile file) {
        Origin origin = file.origin();
        ByteCursor cursor = new ByteCursor(file, 0, file.length());
        long headerBytes = cursor.int64();
        if (headerBytes < 0 || headerBytes > MAX_HEADER_BYTES) {
            throw origin.damaged(
                    0,
                    "the header claims " + Long.toUnsignedString(headerBytes) + " bytes, at most " + MAX_HEADER_BYTES
                            + " are allowed");
        }
        List<SafetensorsHeader.Entry> entries = header(cursor, headerBytes);
        requireNoHoles(entries, cursor);
        NamedTensors tensors = new NamedTensors(file);
        for (SafetensorsHeader.Entry entry : entries) {
            StoredBytes bytes = new StoredBytes(
                    cursor.position() + entry.begin(), entry.end() - entry.begin(), ByteOrder.LITTLE_ENDIAN, null);
            tensors.add(
                    entry.name(), entry.type(), entry.shape(), StridedTensor.rowMajorStrides(entry.shape()), 0, bytes);
        }
        return new TensorFile.Contents(tensors.all());
    }

    private static List<SafetensorsHeader.Entry> header(ByteCursor cursor, long bytes) {
        Origin origin = cursor.file().origin();
        try {
            return SafetensorsHeader.parse(cursor.text(bytes, StandardCharsets.UTF_8));
        } catch (JsonProcessingException e) {
            long at = e.getLocation() == null ? 0 : Math.max(0, e.getLocation().getCharOffset());
            throw origin.damaged(LENGTH_BYTES + at, "its header is not valid: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw origin.unreadable(e);
        }
    }

    private static void requireNoHoles(List<SafetensorsHeader.Entry> entries, ByteCursor cursor) {
        Origin origin = cursor.file().origin();
        List<SafetensorsHeader.Entry> sorted = entries.stream()
                .sorted(Comparator.comparingLong(SafetensorsHeader.Entry::begin)
                        .thenComparingLong(SafetensorsHeader.Entry::end))
                .toList();
        long end = 0;
        for (SafetensorsHeader.Entry entry : sorted) {
            if (entry.begin() != end || entry.end() < end) {
                throw origin.damaged(
                        cursor.position() + end,
                        "tensor " + entry.name() + " lies at [" + entry.begin() + ", " + entry.end()
                                + "], the one before ends at " + end);
            }
            if (!entry.fillsItsBytes()) {
                throw origin.damaged(
                        cursor.position() + end,
                        "tensor " + entry.name() + " of " + entry.type() + " " + entry.shape() + " does not fill "
                                + (entry.end() - entry.begin()) + " bytes");
            }
            end = entry.end();
        }
        if (end != cursor.remaining()) {
            throw origin.damaged(
                    cursor.position(), "its tensors take " + end + " bytes where the file has " + cursor.remaining());
        }
    }
}
