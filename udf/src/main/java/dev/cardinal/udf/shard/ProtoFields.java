package dev.cardinal.udf.shard;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;

/**
 * Reads the fields of a Protocol Buffers message, one after the other, without copying them.
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
        this.in = message.input();
    }

    /** Moves to the next field; returns false after the last. */
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
            default -> throw new CorruptShardException("not a tf.train.Example: a field has an obsolete wire type");
        }
        return true;
    }

    /** Returns whether this is a length-delimited field: bytes, a message, or packed numbers. */
    boolean isSlice(int field) {
        return WireFormat.getTagFieldNumber(tag) == field
                && WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED;
    }

    /** Returns whether this is a field with a single number. */
    boolean isNumber(int field) {
        return WireFormat.getTagFieldNumber(tag) == field
                && WireFormat.getTagWireType(tag) != WireFormat.WIRETYPE_LENGTH_DELIMITED;
    }

    /** Returns the content of a length-delimited field. */
    ProtoSlice slice() {
        return slice;
    }

    /** Returns the value of a field with a single number: of a varint, or little-endian bits. */
    long number() {
        return number;
    }
}
