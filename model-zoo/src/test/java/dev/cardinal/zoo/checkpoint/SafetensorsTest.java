package dev.cardinal.zoo.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsTest {
    private static final String PAIR =
            "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]},'b':{'dtype':'F32','shape':[1],'data_offsets':[8,12]}}";

    private final Path file;

    SafetensorsTest(@TempDir Path directory) {
        this.file = directory.resolve("weights.safetensors");
    }

    /** Returns a file with this header, in which single quotes stand for double quotes. */
    private static byte[] content(String header, int dataBytes) {
        byte[] json = header.replace('\'', '"').getBytes(UTF_8);
        return ByteBuffer.allocate(Safetensors.LENGTH_BYTES + json.length + dataBytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .put(json)
                .array();
    }

    private void assertFails(byte[] content, String reason) throws IOException {
        Files.write(file, content);
        HostileFiles.assertRefused(file, "weights.safetensors (safetensors) is corrupt", reason);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a gap | 0,4 | 8,12 | 12 | has data_offsets [8, 12], but the previous tensor ends at 4",
                "a gap before the first | 4,8 | 8,12 | 12 | has data_offsets [4, 8], but the previous tensor ends at 0",
                "an overlap | 0,4 | 2,6 | 6 | has data_offsets [2, 6], but the previous tensor ends at 4",
                "the same bytes twice | 0,4 | 0,4 | 4 | has data_offsets [0, 4], but the previous tensor ends at 4",
                "an end before its start | 0,4 | 4,0 | 4 | has data_offsets [4, 0]",
                "too few bytes for the shape | 0,4 | 4,7 | 7 | F32 [1] does not fill 3 bytes",
                "bytes after the last | 0,4 | 4,8 | 9 | need 8 bytes, but the file has 9",
                "bytes missing | 0,4 | 4,8 | 7 | need 8 bytes, but the file has 7",
                "a negative offset | -4,0 | 0,4 | 4 | negative",
                "an offset beyond 64 bits | 0,99999999999999999999 | 4,8 | 8 | out of range of long",
                "three offsets | 0,4,8 | 4,8 | 8 | more than 2",
                "one offset | 0 | 4,8 | 8 | two data_offsets",
            })
    void tensorsThatDoNotFillTheFileExactlyAreRejected(
            String what, String first, String second, int bytes, String reason) throws IOException {
        String tensor = "{'dtype':'F32','shape':[1],'data_offsets':[%s]}";
        assertFails(content(("{'a':" + tensor + ",'b':" + tensor + "}").formatted(first, second), bytes), reason);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]},'a':{'dtype':'F32','shape':[0],'data_offsets':[4,4]}} | Duplicate field 'a'",
                "{'a':{'dtype':'F32','dtype':'F32','shape':[1],'data_offsets':[0,4]}} | Duplicate field 'dtype'",
                "{'__metadata__':{'x':'1','x':'2'}} | Duplicate field 'x'",
                "{'__metadata__':{'x':1}} | expected a string",
                "{'__metadata__':{'x':{'y':'z'}}} | expected a string",
                "{'a':{'dtype':'F8_E4M3F8_E4M3F8_E4M3F8_E4M3F8_E4M3','shape':[4],'data_offsets':[0,4]}} | a dtype is longer",
                "{'a':{'dtype':4,'shape':[1],'data_offsets':[0,4]}} | expected a string",
                "{'a':{'dtype':'F32','shape':[1.0],'data_offsets':[0,4]}} | expected an integer",
                "{'a':{'dtype':'F32','shape':[[1]],'data_offsets':[0,4]}} | nesting depth (4)",
                "{'a':{'dtype':'F32','shape':[-1],'data_offsets':[0,4]}} | negative",
                "{'a':{'dtype':'F32','shape':[1,1,1,1,1,1,1,1,1],'data_offsets':[0,4]}} | more than 8",
                "{'a':{'dtype':'F32','shape':[4294967296,4294967296],'data_offsets':[0,4]}} | does not fill",
                "{'a':{'dtype':'F32','shape':[1]}} | needs dtype, shape and two data_offsets",
                "{'a':{'shape':[1],'data_offsets':[0,4]}} | needs dtype, shape and two data_offsets",
                "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4],'more':1}} | unknown key more",
                "{'a':1} | expected an object",
                "{'a':{{{{{ | Unexpected character",
                "{'a':{'dtype':[[[[[ | expected a string",
                "{} {} | unexpected text after the end of the header",
                "{'a' | Unexpected end-of-input",
                "{ | Unexpected end-of-input",
            })
    void invalidHeadersAreRejected(String header, String reason) throws IOException {
        assertFails(content(header, 4), reason);
    }

    @ParameterizedTest
    @ValueSource(longs = {100_000_001, Long.MAX_VALUE, Long.MIN_VALUE, -1})
    void hugeHeaderIsRejectedBeforeItIsRead(long claimed) throws IOException {
        byte[] content = ByteBuffer.allocate(24)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(claimed)
                .put((byte) '{')
                .array();
        assertFails(content, "the header declares " + Long.toUnsignedString(claimed) + " bytes");
    }

    @Test
    void headerBeyondTheFileIsCorrupt() throws IOException {
        byte[] content = ByteBuffer.allocate(24)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(99_999_999)
                .put((byte) '{')
                .array();
        assertFails(content, "expected 99999999 bytes but only 16 remain");
    }

    @Test
    void namesWithTheSameHashAreAsFastAsOthers() throws IOException {
        String entry = "'%s':{'dtype':'F32','shape':[0],'data_offsets':[0,0]}";
        String header = HostileFiles.textsWithTheSameHash(13).stream()
                .map(entry::formatted)
                .collect(Collectors.joining(",", "{", ",'last':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}}"));
        assertFails(content(header, 0), "need 4 bytes, but the file has 0");
        // The same with Jackson's hash of field names, 33 * h + c.
        assertFails(content(header.replace("Aa", "Ab").replace("BB", "BA"), 0), "need 4 bytes, but the file has 0");
    }

    @Test
    void tooManyTensorsAreRejected() throws IOException {
        StringBuilder header = new StringBuilder("{");
        for (int i = 0; i <= StateDict.MAX_TENSORS; i++) {
            header.append('\'').append(i).append("':{'dtype':'F32','shape':[0],'data_offsets':[0,0]},");
        }
        assertFails(content(header.append("'x':1}").toString(), 0), "more than 100000 tensors");
    }

    @Test
    void headerThatIsNotUtf8IsCorrupt() throws IOException {
        byte[] content = content("{'a':1}", 0);
        content[10] = (byte) 0xff;
        assertFails(content, "not valid UTF-8");
    }

    @Test
    void tensorsMayBeInAnotherOrderThanInTheHeader() throws IOException {
        String header =
                "{'b':{'dtype':'F32','shape':[],'data_offsets':[4,8]},'module.a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}}  ";
        byte[] content = content(header, 8);
        ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN).putFloat(content.length - 4, 5);
        Files.write(file, content);
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            assertThat(checkpoint.stateDicts().get(""))
                    .containsExactly(
                            Map.entry("b", new TensorInfo("b", ElementType.FLOAT32, List.of())),
                            Map.entry("module.a", new TensorInfo("module.a", ElementType.FLOAT32, List.of(1L))));
            assertThat(checkpoint.read("", "b")).containsExactly(5);
            assertThat(checkpoint.read("", "module.a")).containsExactly(0);
        }
    }

    @Test
    void everyTruncationIsACardinalException() throws IOException {
        byte[] content = content(PAIR, 12);
        for (int length = Safetensors.LENGTH_BYTES + 1; length < content.length; length++) {
            assertFails(Arrays.copyOf(content, length), "");
        }
    }

    @Test
    void tensorsBeyondTwoGibibytesAreRead() throws IOException {
        long big = 2_200_000_001L;
        String header =
                "{'big':{'dtype':'U8','shape':[%d],'data_offsets':[0,%d]},'tail':{'dtype':'F64','shape':[1],'data_offsets':[%d,%d]}}";
        byte[] head = content(header.formatted(big, big, big, big + 8), 0);
        ByteBuffer tail = ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putDouble(2.5)
                .flip();
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.SPARSE)) {
            channel.write(ByteBuffer.wrap(head));
            channel.write(tail, head.length + big);
        }
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            assertThat(checkpoint.read("", "tail")).containsExactly(2.5f);
        }
    }
}
