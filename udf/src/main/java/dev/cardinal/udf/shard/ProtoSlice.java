package dev.cardinal.udf.shard;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The part of an array in which a Protocol Buffers message or its bytes lie.
 *
 * @param bytes the array
 * @param from the first of them
 * @param length how many
 */
@SuppressWarnings("ArrayRecordComponent") // a view, never compared
record ProtoSlice(byte[] bytes, int from, int length) {
    static final ProtoSlice EMPTY = new ProtoSlice(new byte[0], 0, 0);

    ProtoFields fields() {
        return new ProtoFields(this);
    }

    String text() {
        return new String(bytes, from, length, StandardCharsets.UTF_8);
    }

    /** The first bytes of them. */
    byte[] copy(int limit) {
        return Arrays.copyOfRange(bytes, from, from + Math.min(limit, length));
    }
}
