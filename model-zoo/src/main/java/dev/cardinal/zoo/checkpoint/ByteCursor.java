package dev.cardinal.zoo.checkpoint;

import dev.cardinal.zoo.CardinalException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;

/**
 * Reads values one after another from a range of a file.
 *
 * <p>Every read throws {@link CardinalException} if it reaches past the end of the range. Does not close the file. Not
 * thread-safe.
 */
final class ByteCursor {
    private final MappedFile file;
    private final long end;
    private long position;

    /** Creates a cursor for the bytes from {@code start} to {@code end}, which must be inside the file. */
    ByteCursor(MappedFile file, long start, long end) {
        this.file = file;
        this.position = start;
        this.end = end;
    }

    MappedFile file() {
        return file;
    }

    /** Returns the offset of the next byte in the file. */
    long position() {
        return position;
    }

    long remaining() {
        return end - position;
    }

    int unsignedByte() {
        require(1);
        return file.unsignedByte(position++);
    }

    int int32() {
        return little(4).getInt();
    }

    long int64() {
        return little(8).getLong();
    }

    double float64() {
        return little(8).getDouble();
    }

    /** Reads the next bytes. Compares their number with the remaining bytes before it allocates memory. */
    byte[] bytes(long count) {
        require(count);
        byte[] bytes = new byte[Math.toIntExact(count)];
        file.read(position, bytes, 0, bytes.length);
        position += count;
        return bytes;
    }

    /** Reads the next bytes as text. Malformed text means that the file is corrupt. */
    String text(long bytes, Charset charset) {
        long start = position;
        try {
            return charset.newDecoder().decode(ByteBuffer.wrap(bytes(bytes))).toString();
        } catch (CharacterCodingException e) {
            throw file.errors().corrupt(start, "the text is not valid " + charset);
        }
    }

    void skip(long count) {
        require(count);
        position += count;
    }

    private ByteBuffer little(int count) {
        return ByteBuffer.wrap(bytes(count)).order(ByteOrder.LITTLE_ENDIAN);
    }

    private void require(long count) {
        if (count < 0 || count > remaining()) {
            throw file.errors().corrupt(position, "expected " + count + " bytes but only " + remaining() + " remain");
        }
    }
}
