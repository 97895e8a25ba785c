package dev.cardinal.zoo.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Reads safetensors, the format of Hugging Face: the length of a JSON header as a little-endian 64-bit integer, the
 * header, and the bytes of the tensors in row-major order without gaps.
 *
 * <p>Layout: section Format of the safetensors README.
 */
final class Safetensors {
    static final int LENGTH_BYTES = 8;
    private static final long MAX_HEADER_BYTES = 100_000_000;

    private Safetensors() {}

    static TensorFile.Contents contents(MappedFile file) {
        CheckpointErrors errors = file.errors();
        ByteCursor cursor = new ByteCursor(file, 0, file.length());
        long headerBytes = cursor.int64();
        if (headerBytes < 0 || headerBytes > MAX_HEADER_BYTES) {
            throw errors.corrupt(
                    0,
                    "the header declares " + Long.toUnsignedString(headerBytes) + " bytes, but at most "
                            + MAX_HEADER_BYTES + " are allowed");
        }
        List<SafetensorsHeader.TensorEntry> entries = header(cursor, headerBytes);
        requireNoGaps(entries, cursor);
        StateDict tensors = new StateDict(file);
        for (SafetensorsHeader.TensorEntry entry : entries) {
            StoredBytes bytes = new StoredBytes(
                    cursor.position() + entry.begin(), entry.end() - entry.begin(), ByteOrder.LITTLE_ENDIAN, null);
            ElementType type = entry.type();
            if (type == null) {
                tensors.addUnreadable(entry.name(), "of type " + entry.dtype());
            } else {
                tensors.add(entry.name(), type, entry.shape(), StridedTensor.rowMajorStrides(entry.shape()), 0, bytes);
            }
        }
        return new TensorFile.Contents(Map.of("", tensors));
    }

    private static List<SafetensorsHeader.TensorEntry> header(ByteCursor cursor, long bytes) {
        CheckpointErrors errors = cursor.file().errors();
        try {
            return SafetensorsHeader.parse(cursor.text(bytes, StandardCharsets.UTF_8));
        } catch (JsonProcessingException e) {
            long at = e.getLocation() == null ? 0 : Math.max(0, e.getLocation().getCharOffset());
            throw errors.corrupt(LENGTH_BYTES + at, "invalid header: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw errors.unreadable(e);
        }
    }

    private static void requireNoGaps(List<SafetensorsHeader.TensorEntry> entries, ByteCursor cursor) {
        CheckpointErrors errors = cursor.file().errors();
        List<SafetensorsHeader.TensorEntry> sorted = entries.stream()
                .sorted(Comparator.comparingLong(SafetensorsHeader.TensorEntry::begin)
                        .thenComparingLong(SafetensorsHeader.TensorEntry::end))
                .toList();
        long end = 0;
        for (SafetensorsHeader.TensorEntry entry : sorted) {
            if (entry.begin() != end || entry.end() < end) {
                throw errors.corrupt(
                        cursor.position() + end,
                        "tensor " + entry.name() + " has data_offsets [" + entry.begin() + ", " + entry.end()
                                + "], but the previous tensor ends at " + end);
            }
            if (!entry.fillsItsBytes()) {
                throw errors.corrupt(
                        cursor.position() + end,
                        "tensor " + entry.name() + " of " + entry.dtype() + " " + entry.shape() + " does not fill "
                                + (entry.end() - entry.begin()) + " bytes");
            }
            end = entry.end();
        }
        if (end != cursor.remaining()) {
            throw errors.corrupt(
                    cursor.position(), "its tensors need " + end + " bytes, but the file has " + cursor.remaining());
        }
    }
}
