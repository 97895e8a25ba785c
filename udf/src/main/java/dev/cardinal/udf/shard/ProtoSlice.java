package dev.cardinal.udf.shard;

import com.google.protobuf.CodedInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The part of an array that contains a Protocol Buffers message, or the bytes of one of its fields.
 *
 * @param bytes the array
 * @param from index of the first byte
 * @param length number of bytes
 */
@SuppressWarnings("ArrayRecordComponent") // a view, never compared
record ProtoSlice(byte[] bytes, int from, int length) {
    static final ProtoSlice EMPTY = new ProtoSlice(new byte[0], 0, 0);

    ProtoFields fields() {
        return new ProtoFields(this);
    }

    CodedInputStream input() {
        return CodedInputStream.newInstance(bytes, from, length);
    }

    String text() {
        return new String(bytes, from, length, StandardCharsets.UTF_8);
    }

    /** Copies at most the first {@code limit} bytes. */
    byte[] copy(int limit) {
        return Arrays.copyOfRange(bytes, from, from + Math.min(limit, length));
    }
}
