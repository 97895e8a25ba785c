package dev.cardinal.udf.shard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.udf.fetch.ImageRef;
import dev.cardinal.udf.image.Status;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GunzipInputTest {
    private static final byte[] ARCHIVE = Shards.bytes("webdataset.tar.gz");
    private static final int IMAGES = 5;

    @TempDir
    private Path directory;

    @Test
    void zerosAfterTheLastMemberArePadding() throws IOException {
        assertThat(images(Arrays.copyOf(ARCHIVE, ARCHIVE.length + 1000)))
                .hasSize(IMAGES)
                .allMatch(image -> image.problem() == null);
    }

    @Test
    void otherBytesAfterTheLastMemberAreReported() throws IOException {
        List<ImageRef> images = images(Bytes.concat(ARCHIVE, new byte[1000], new byte[] {1}));

        assertThat(images).hasSize(IMAGES + 1);
        assertThat(error(images)).endsWith(" onward: invalid data after the end of the gzip stream");
    }

    @ParameterizedTest
    @CsvSource({"8, CRC32 error", "4, size mismatch"})
    void checksumAndLengthOfAMemberAreChecked(int bytesFromTheEnd, String error) throws IOException {
        byte[] corrupt = ARCHIVE.clone();
        corrupt[corrupt.length - bytesFromTheEnd] ^= 1;

        assertThat(error(images(corrupt))).contains(error);
    }

    @Test
    void endlessFileNameInAHeaderIsReported() throws IOException {
        byte[] name = new byte[2 << 20];
        Arrays.fill(name, (byte) 'a');
        byte[] header = {0x1f, (byte) 0x8b, 8, 8, 0, 0, 0, 0, 0, 3};

        assertThat(error(images(Bytes.concat(header, name, ARCHIVE))))
                .endsWith(": a gzip header has more than 1048576 bytes");
    }

    private List<ImageRef> images(byte[] shard) throws IOException {
        return Shards.index(ShardFormat.TAR, Shards.write(directory.resolve("a.tar.gz"), shard));
    }

    private static String error(List<ImageRef> images) {
        ImageRef.Problem problem = images.get(images.size() - 1).problem();
        assertThat(problem).isNotNull().extracting(ImageRef.Problem::status).isEqualTo(Status.UNDECODABLE);
        return problem == null ? "" : problem.error();
    }
}
