package dev.cardinal.zoo.checkpoint;

import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.checkpoint.Pickled.Int;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/**
 * The arguments of pickle opcodes, bounded, and the place that errors point at.
 *
 * <p>Layout: the comments of CPython's {@code pickletools}. Not thread-safe.
 */
final class PickleReader {
    private static final int MAX_TEXT_BYTES = 1 << 20;
    private static final int MAX_NAME_BYTES = 256;
    private static final String ADVICE =
            "Cardinal reads weights and runs no code; save them with torch.save(model.state_dict(), file)";

    private final ByteCursor in;
    private long opcodeAt;

    PickleReader(ByteCursor in) {
        this.in = in;
    }

    int opcode() {
        opcodeAt = in.position();
        return in.unsignedByte();
    }

    int uint8() {
        return in.unsignedByte();
    }

    int uint16() {
        return in.unsignedByte() | (in.unsignedByte() << 8);
    }

    int int32() {
        return in.int32();
    }

    /** A memo index of four bytes. */
    int index32() {
        int index = in.int32();
        if (index < 0) {
            throw damaged("memo index " + Integer.toUnsignedString(index) + " is out of bounds");
        }
        return index;
    }

    double bigEndianFloat64() {
        return Double.longBitsToDouble(Long.reverseBytes(in.int64()));
    }

    Int long1() {
        byte[] bytes = in.bytes(in.unsignedByte());
        if (bytes.length > Long.BYTES) {
            return new Int(0, false);
        }
        long value = bytes.length == 0 ? 0 : bytes[bytes.length - 1];
        for (int i = bytes.length - 2; i >= 0; i--) {
            value = (value << 8) | (bytes[i] & 0xff);
        }
        return new Int(value);
    }

    String text(long bytes, Charset charset) {
        if (bytes < 0 || bytes > MAX_TEXT_BYTES) {
            throw damaged("a string of " + bytes + " bytes is longer than " + MAX_TEXT_BYTES);
        }
        return in.text(bytes, charset);
    }

    /** A line of a GLOBAL, without its end. */
    String line() {
        StringBuilder line = new StringBuilder();
        for (int b = in.unsignedByte(); b != '\n'; b = in.unsignedByte()) {
            if (line.length() == MAX_NAME_BYTES || b < ' ' || b > '~') {
                throw damaged("a name is longer than " + MAX_NAME_BYTES + " bytes or not ASCII");
            }
            line.append((char) b);
        }
        return line.toString();
    }

    String shortText() {
        return text(in.unsignedByte(), StandardCharsets.ISO_8859_1);
    }

    String unicode() {
        return text(Integer.toUnsignedLong(in.int32()), StandardCharsets.UTF_8);
    }

    /** The pickle contradicts its format at the current opcode. */
    CardinalException damaged(String reason) {
        return in.file().origin().damaged(opcodeAt, reason);
    }

    /** The pickle asks at the current opcode for more than building plain data. */
    CardinalException refused(String reason) {
        return in.file().origin().refused(opcodeAt, reason, ADVICE);
    }
}
