package dev.cardinal.zoo.checkpoint;

import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.checkpoint.PickleValue.Bytes;
import dev.cardinal.zoo.checkpoint.PickleValue.Int;
import dev.cardinal.zoo.checkpoint.PickleValue.Text;
import java.nio.charset.StandardCharsets;

/**
 * Reads pickle opcodes and their arguments, with size limits, and reports errors at the current opcode.
 *
 * <p>Layout: the comments in CPython's {@code pickletools}. Not thread-safe.
 */
final class PickleReader {
    private static final int MAX_TEXT_BYTES = 1 << 20;
    /** Limit for the names of modules, classes and functions. */
    static final int MAX_NAME = 256;

    private static final String ADVICE =
            "Cardinal reads weights only and executes no code; save them with torch.save(model.state_dict(), file)";

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

    /** Reads a memo index of four bytes. */
    int index32() {
        int index = in.int32();
        if (index < 0) {
            throw corrupt("memo index " + Integer.toUnsignedString(index) + " is out of range");
        }
        return index;
    }

    double bigEndianFloat64() {
        return Double.longBitsToDouble(Long.reverseBytes(in.int64()));
    }

    Int long1() {
        return integer(in.unsignedByte());
    }

    Int long4() {
        return integer(in.int32());
    }

    private Int integer(int length) {
        if (length < 0 || length > Long.BYTES) {
            in.skip(length);
            return new Int(0, false);
        }
        byte[] bytes = in.bytes(length);
        long value = bytes.length == 0 ? 0 : bytes[bytes.length - 1];
        for (int i = bytes.length - 2; i >= 0; i--) {
            value = (value << 8) | (bytes[i] & 0xff);
        }
        return new Int(value);
    }

    /** Reads a length of eight bytes. */
    long length64() {
        long length = in.int64();
        if (length < 0 || length > in.remaining()) {
            throw corrupt("a length of " + Long.toUnsignedString(length) + " bytes is beyond the end of the pickle");
        }
        return length;
    }

    long length32() {
        return Integer.toUnsignedLong(in.int32());
    }

    /** Reads a string of UTF-8. A long string stays in the file. */
    PickleValue unicode(long length) {
        if (length <= MAX_TEXT_BYTES) {
            return new Text(in.text(length, StandardCharsets.UTF_8));
        }
        long start = in.position();
        in.skip(length);
        return new Bytes(PickledBytes.ofUtf8(start, length));
    }

    /** Reads a string of Python 2, which can be text or bytes. A long string stays in the file. */
    PickleValue string(long length) {
        return length <= MAX_TEXT_BYTES ? new Text(in.text(length, StandardCharsets.ISO_8859_1)) : bytes(length);
    }

    /** Reads bytes, which stay in the file. */
    PickleValue bytes(long length) {
        long start = in.position();
        in.skip(length);
        return new Bytes(PickledBytes.of(start, length));
    }

    /** Reads a line of a GLOBAL opcode, without the line break. */
    String line() {
        StringBuilder line = new StringBuilder();
        for (int b = in.unsignedByte(); b != '\n'; b = in.unsignedByte()) {
            if (line.length() == MAX_NAME || b < ' ' || b > '~') {
                throw corrupt("a name is longer than " + MAX_NAME + " bytes or not printable ASCII");
            }
            line.append((char) b);
        }
        return line.toString();
    }

    /** Returns the error of a pickle that violates its format at the current opcode. */
    CardinalException corrupt(String reason) {
        return in.file().errors().corrupt(opcodeAt, reason);
    }

    /** Returns the error of a pickle that requires more than plain data at the current opcode. */
    CardinalException refused(String reason) {
        return in.file().errors().refused(opcodeAt, reason, ADVICE);
    }
}
