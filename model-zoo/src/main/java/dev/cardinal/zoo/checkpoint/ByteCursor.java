package dev.cardinal.zoo.checkpoint;

import dev.cardinal.zoo.CardinalException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;

/**
 * A position that moves through part of a file and never past its end.
 *
 * <p>Every read throws {@link CardinalException} where the bytes run out. Borrows its file; not thread-safe.
 */
final class ByteCursor {
    private final MappedFile file;
    private final long end;
    private long position;

    /** From a start to an end, both inside the file. */
    ByteCursor(MappedFile file, long start, long end) {
        this.file = file;
        this.position = start;
        this.end = end;
    }

    MappedFile file() {
        return file;
    }

    /** Offset of the next byte in the file. */
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

    /** The next bytes; their number is checked against what remains before anything is allocated. */
    byte[] bytes(long count) {
        require(count);
        byte[] bytes = new byte[Math.toIntExact(count)];
        file.read(position, bytes, 0, bytes.length);
        position += count;
        return bytes;
    }

    /** The next bytes as text; malformed text is damage. */
    String text(long bytes, Charset charset) {
        long start = position;
        try {
            return charset.newDecoder().decode(ByteBuffer.wrap(bytes(bytes))).toString();
        } catch (CharacterCodingException e) {
            throw file.origin().damaged(start, "text is not valid " + charset);
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
            throw file.origin().damaged(position, count + " bytes are to be read where " + remaining() + " remain");
        }
    }
}
