package dev.cardinal.udf.shard;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;

/**
 * The fields of a Protocol Buffers message, one after the other; none is copied.
 *
 * @see <a href="https://protobuf.dev/programming-guides/encoding/">Protocol Buffers, 'Encoding'</a>
 */
final class ProtoFields {
    private final ProtoSlice message;
    private final CodedInputStream in;
    private int tag;
    private long number;
    private ProtoSlice slice = ProtoSlice.EMPTY;

    ProtoFields(ProtoSlice message) {
        this.message = message;
        this.in = CodedInputStream.newInstance(message.bytes(), message.from(), message.length());
    }

    /** Goes to the next field; false after the last. */
    boolean next() throws IOException {
        tag = in.readTag();
        if (tag == 0) {
            return false;
        }
        switch (WireFormat.getTagWireType(tag)) {
            case WireFormat.WIRETYPE_VARINT -> number = in.readRawVarint64();
            case WireFormat.WIRETYPE_FIXED64 -> number = in.readRawLittleEndian64();
            case WireFormat.WIRETYPE_FIXED32 -> number = in.readRawLittleEndian32();
            case WireFormat.WIRETYPE_LENGTH_DELIMITED -> {
                int length = in.readRawVarint32();
                int from = message.from() + in.getTotalBytesRead();
                in.skipRawBytes(length);
                slice = new ProtoSlice(message.bytes(), from, length);
            }
            default -> throw new DamageException("no tf.train.Example: it has a field of an obsolete kind");
        }
        return true;
    }

    /** Whether this is a field with a length: bytes, a message, or packed numbers. */
    boolean isSlice(int field) {
        return WireFormat.getTagFieldNumber(tag) == field
                && WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED;
    }

    /** Whether this is a field of one number. */
    boolean isNumber(int field) {
        return WireFormat.getTagFieldNumber(tag) == field
                && WireFormat.getTagWireType(tag) != WireFormat.WIRETYPE_LENGTH_DELIMITED;
    }

    /** What lies in a field with a length. */
    ProtoSlice slice() {
        return slice;
    }

    /** The number of a field with one, as a varint or as little-endian bits. */
    long number() {
        return number;
    }
}
