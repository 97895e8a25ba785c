package dev.cardinal.udf.shard;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.cardinal.udf.fetch.ImageContainer;
import dev.cardinal.udf.fetch.ImageFetcher;
import dev.cardinal.udf.fetch.ImageFetcher.CorruptRecordException;
import dev.cardinal.udf.fetch.ImageRef;
import dev.cardinal.udf.fetch.RecordFields;
import dev.cardinal.udf.image.Mutations;
import dev.cardinal.udf.image.Status;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever the bytes of a shard, each image is read or has a row that says why not, and little memory is allocated. */
class HostileShardTest {
    private static final int MUTATIONS = 2000;
    private static final long MAX_ALLOCATED = 96L << 20;

    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource({
        "TAR, repeated.tar",
        "TAR, webdataset_members.tar.gz",
        "TFRECORD, pictures.tfrecord",
        "TFRECORD, pictures.tfrecord.gz",
        "PARQUET, hugging_face.parquet"
    })
    void shardTruncatedAtAnyByteGivesRows(ShardFormat format, String name) throws IOException {
        byte[] whole = Shards.bytes(name);
        int most = read(format, whole);
        for (int length = 0; length < whole.length; length++) {
            assertThat(read(format, Arrays.copyOf(whole, length)))
                    .as("images of %d bytes", length)
                    .isLessThanOrEqualTo(most);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "TAR, webdataset.tar, gnu.tar, pax.tar",
        "TAR, webdataset.tar.gz, webdataset_members.tar.gz, webdataset.tar.gz",
        "TFRECORD, pictures.tfrecord, pictures.tfrecord, pictures.tfrecord.gz",
        "PARQUET, pictures.parquet, pictures_v2.parquet, hugging_face.parquet"
    })
    void mutatedShardGivesRows(ShardFormat format, String first, String second, String third) throws IOException {
        List<byte[]> shards = List.of(Shards.bytes(first), Shards.bytes(second), Shards.bytes(third));
        Mutations mutations = new Mutations(shards, 7);
        for (int i = 0; i < MUTATIONS; i++) {
            read(format, mutations.next());
        }
    }

    /** A case that random bits seldom produce: an intact footer with corrupt pages. */
    @ParameterizedTest
    @ValueSource(strings = {"pictures.parquet", "pictures_v2.parquet", "hugging_face.parquet"})
    void corruptPagesGiveRows(String name) throws IOException {
        byte[] whole = Shards.bytes(name);
        int footer = ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).getInt(whole.length - 8);
        Random random = new Random(11);
        for (int i = 0; i < MUTATIONS / 2; i++) {
            byte[] corrupt = whole.clone();
            int at = 4 + random.nextInt(whole.length - footer - 16);
            Arrays.fill(corrupt, at, at + 1 + random.nextInt(4), (byte) random.nextInt());
            assertThat(read(ShardFormat.PARQUET, corrupt)).isLessThanOrEqualTo(4);
        }
    }

    /** Reads all images, and returns how many were read. */
    private int read(ShardFormat format, byte[] bytes) throws IOException {
        Path file = Shards.write(directory.resolve("shard"), bytes);
        long before = allocated();
        int read = 0;
        List<ImageRef> images = Shards.index(format, file);
        try (Fetchers fetchers = new Fetchers()) {
            for (ImageRef image : images) {
                ImageRef.Problem problem = image.problem();
                if (problem == null) {
                    read += fetchers.read(image) ? 1 : 0;
                } else {
                    assertThat(problem.status()).isIn(Set.of(Status.EMPTY, Status.UNDECODABLE, Status.UNSUPPORTED));
                    assertThat(problem.error()).isNotBlank().doesNotContain("\n");
                }
            }
        }
        assertThat(allocated() - before).as("bytes of memory").isLessThan(MAX_ALLOCATED);
        return read;
    }

    private static long allocated() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }

    /** Fetchers that stay open, as in a task. */
    private static final class Fetchers implements AutoCloseable {
        private final Map<ImageContainer, ImageFetcher> fetchers = new EnumMap<>(ImageContainer.class);

        boolean read(ImageRef image) throws IOException {
            ImageFetcher fetcher = fetchers.computeIfAbsent(
                    image.location().container(),
                    container -> ShardFetchers.of(container, Shards.CONFIGURATION, RecordFields.usual()));
            try {
                return fetcher.fetch(image, 1 << 20).encoded().length <= 1 << 20;
            } catch (CorruptRecordException e) {
                assertThat(e).hasMessageContaining(": ");
                return false;
            }
        }

        @Override
        public void close() throws IOException {
            for (ImageFetcher fetcher : fetchers.values()) {
                fetcher.close();
            }
        }
    }
}
