package dev.cardinal.zoo.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MappedFileTest {
    private static final byte[] CONTENT = new byte[1000];

    static {
        for (int i = 0; i < CONTENT.length; i++) {
            CONTENT[i] = (byte) (i * 7);
        }
    }

    private final Path directory;

    MappedFileTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @Test
    void readsCrossChunkBoundaries() throws IOException {
        Path path = Files.write(directory.resolve("file"), CONTENT);
        try (MappedFile file = MappedFile.open(CheckpointSource.of(path), CheckpointFormat.PYTORCH_ZIP, 64)) {
            for (int offset = 0; offset < CONTENT.length; offset += 13) {
                int count = Math.min(300, CONTENT.length - offset);
                byte[] into = new byte[count + 2];
                file.read(offset, into, 1, count);
                assertThat(Arrays.copyOfRange(into, 1, count + 1))
                        .containsExactly(Arrays.copyOfRange(CONTENT, offset, offset + count));
                assertThat(file.unsignedByte(offset)).isEqualTo(CONTENT[offset] & 0xff);
            }
            CRC32 crc = new CRC32();
            crc.update(CONTENT, 3, 900);
            assertThat(file.crc32(3, 900)).isEqualTo(crc.getValue());
            assertThat(file.crc32(3, 0)).isZero();
        }
    }

    @Test
    void readingPastTheEndIsABugOfTheCaller() throws IOException {
        Path path = Files.write(directory.resolve("file"), CONTENT);
        try (MappedFile file = MappedFile.open(CheckpointSource.of(path), CheckpointFormat.PYTORCH_ZIP, 64)) {
            assertThatExceptionOfType(IndexOutOfBoundsException.class)
                    .isThrownBy(() -> file.read(990, new byte[20], 0, 20))
                    .withMessage("byte 1000 of 1000");
        }
    }
}
