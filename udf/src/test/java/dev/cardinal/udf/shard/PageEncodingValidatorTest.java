package dev.cardinal.udf.shard;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import org.apache.parquet.column.Encoding;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pages of ten values, written by hand according to Parquet's 'Encodings'. */
class PageEncodingValidatorTest {
    private static final int VALUES = 10;

    @ParameterizedTest
    @CsvSource({
        // 3 bits wide: a run of ten; two bit-packed groups
        "RLE_DICTIONARY, 03 14 05",
        "RLE_DICTIONARY, 03 05 000000 000000",
        // blocks of 128 in 4 miniblocks, ten values, the first 0; minimum delta 0; miniblocks of 1, 0, 0, 0 bits
        "DELTA_BINARY_PACKED, 8001 04 0a 00 00 01000000 00000000",
        "DELTA_BYTE_ARRAY, 8001 04 0a 00 00 00000000 8001 04 0a 00 00 00000000"
    })
    void possibleCountsAreAccepted(Encoding encoding, String page) {
        assertThatCode(() -> check(encoding, page)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({
        // a run, and bit-packed groups, of hundreds of millions
        "RLE_DICTIONARY, 03 feffffff0f 05",
        "RLE_DICTIONARY, 03 ffffffff0f 05",
        "PLAIN_DICTIONARY, 21 14 0000000000",
        "RLE_DICTIONARY, 03 00 05",
        "RLE_DICTIONARY, 03 ffffffffffffffffffffff",
        // blocks of 2^31, blocks of 3 miniblocks, no miniblocks, 2^31 values, a miniblock of 65 bits
        "DELTA_BINARY_PACKED, 8080808008 04 0a 00 00 00000000",
        "DELTA_BINARY_PACKED, 8001 03 0a 00 00 000000",
        "DELTA_BINARY_PACKED, 8001 00 0a 00 00",
        "DELTA_LENGTH_BYTE_ARRAY, 8001 04 8080808008 00 00 00000000",
        "DELTA_BINARY_PACKED, 8001 04 0a 00 00 41000000",
        "DELTA_BYTE_ARRAY, 8001 04 0a 00 00 00000000 8001 04 8080808008 00 00 00000000",
        "BIT_PACKED, 00"
    })
    void impossibleCountsAreRejected(Encoding encoding, String page) {
        assertThatThrownBy(() -> check(encoding, page)).isInstanceOf(CorruptShardException.class);
    }

    private static void check(Encoding encoding, String page) throws CorruptShardException {
        PageEncodingValidator.values(HexFormat.of().parseHex(page.replace(" ", "")), 0, encoding, VALUES);
    }
}
