package dev.cardinal.udf.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.udf.fetch.ImageFetcher;
import dev.cardinal.udf.fetch.ImageFetcher.CorruptRecordException;
import dev.cardinal.udf.fetch.ImageFetcher.UnreadableImageException;
import dev.cardinal.udf.fetch.ImageRef;
import dev.cardinal.udf.fetch.RecordFields;
import dev.cardinal.udf.fs.Retry;
import dev.cardinal.udf.fs.StoreException;
import dev.cardinal.udf.image.Status;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSInputStream;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Shards on a store that counts the bytes read, and fails at a given position. */
class ShardReadFailureTest {
    private static final Configuration CONFIGURATION = configuration();

    @TempDir
    private Path directory;

    @BeforeEach
    void repair() {
        FlakyFileSystem.bytesRead = 0;
        FlakyFileSystem.failure = null;
        FlakyFileSystem.failAt = Long.MAX_VALUE;
    }

    @ParameterizedTest
    @CsvSource({
        "TAR, webdataset.tar.gz, 0",
        "TAR, webdataset.tar, 0",
        "TFRECORD, pictures.tfrecord.gz, 0",
        "TFRECORD, pictures.tfrecord, 0",
        "PARQUET, pictures.parquet, 0"
    })
    void failureOfTheStoreIsNotCorruption(ShardFormat format, String name, long at) throws IOException {
        ShardFile file = flaky(Shards.file(directory, name));
        FlakyFileSystem.failAt = at;
        FlakyFileSystem.failure = () -> new SocketTimeoutException("read timed out");

        assertThatThrownBy(() -> index(format, file))
                .satisfies(e -> assertThat(e instanceof UncheckedIOException ? e.getCause() : e)
                        .isInstanceOf(StoreException.class)
                        .hasMessageContaining("read timed out"));
    }

    @ParameterizedTest
    @CsvSource({
        "TAR, webdataset.tar.gz",
        "TAR, webdataset.tar",
        "TFRECORD, pictures.tfrecord.gz",
        "TFRECORD, pictures.tfrecord",
        "PARQUET, pictures.parquet"
    })
    void fetcherCanBeUsedAgainAfterAFailure(ShardFormat format, String name) throws IOException {
        ImageRef image = index(format, flaky(Shards.file(directory, name))).get(1);
        try (ImageFetcher fetcher =
                ShardFetchers.of(image.location().container(), CONFIGURATION, RecordFields.usual())) {
            FlakyFileSystem.failAt = 20;
            FlakyFileSystem.failure = () -> new SocketTimeoutException("read timed out");
            assertThatThrownBy(() -> fetcher.fetch(image, 1000))
                    .isInstanceOf(IOException.class)
                    .isNotInstanceOf(CorruptRecordException.class)
                    .isNotInstanceOf(UnreadableImageException.class);
            repair();

            assertThat(Shards.sha256(fetcher.fetch(image, 1000).encoded()))
                    .isEqualTo("61018c516103682b85d5a7acc29caea6eb2486824e4a9cedb1ee0137e6d030d8");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "TAR, webdataset.tar.gz",
        "TAR, webdataset.tar",
        "TFRECORD, pictures.tfrecord.gz",
        "TFRECORD, pictures.tfrecord",
        "PARQUET, pictures.parquet"
    })
    void transientFailureIsRetriedAtTheSamePosition(ShardFormat format, String name) throws IOException {
        ShardFile file = flaky(Shards.file(directory, name));
        List<ImageRef> undisturbed = index(format, file);
        Configuration patient = new Configuration(CONFIGURATION);
        patient.setInt(Retry.TRIES, 2);
        FlakyFileSystem.failAt = 20;
        FlakyFileSystem.failure = () -> {
            FlakyFileSystem.failAt = Long.MAX_VALUE;
            return new SocketTimeoutException("read timed out");
        };

        List<ImageRef> images = new ArrayList<>();
        try (ImageIterator iterator =
                ShardIndex.of(format, patient, RecordFields.usual()).images(file)) {
            iterator.forEachRemaining(images::add);
        }

        assertThat(FlakyFileSystem.failAt).as("position of the failure").isEqualTo(Long.MAX_VALUE);
        assertThat(images).isEqualTo(undisturbed);
    }

    @Test
    void shardWithoutPermissionIsUnreadable() throws IOException {
        ShardFile file = flaky(Shards.file(directory, "webdataset.tar"));
        FlakyFileSystem.failAt = 0;
        FlakyFileSystem.failure = () -> new AccessDeniedException("webdataset.tar");

        assertThat(index(ShardFormat.TAR, file))
                .containsExactly(file.problem(Status.UNREADABLE, "not permitted: webdataset.tar"));
    }

    @Test
    void shardDeletedWhileListingKeepsTheImagesBefore() throws IOException {
        ShardFile file = flaky(Shards.file(directory, "pax.tar"));
        FlakyFileSystem.failAt = 9000;
        FlakyFileSystem.failure = () -> new FileNotFoundException("pax.tar");

        List<ImageRef> images = index(ShardFormat.TAR, file);

        assertThat(images.size()).isGreaterThan(1);
        assertThat(images.get(images.size() - 1))
                .isEqualTo(file.problem(Status.UNREADABLE, "not found or not permitted: pax.tar"));
    }

    @ParameterizedTest
    @CsvSource({"TAR, 40000", "TFRECORD, 60000"})
    void listingDoesNotReadContents(ShardFormat format, long most) throws IOException {
        byte[] large = new byte[1 << 20];
        byte[] shard = format == ShardFormat.TAR
                ? Bytes.concat(Bytes.tarMember("a.jpg", large), Bytes.tarMember("b.jpg", large))
                : Bytes.concat(Bytes.record(large), Bytes.record(large));
        ShardFile file = flaky(Shards.write(directory.resolve("large"), shard));

        assertThat(index(format, file)).hasSize(2);
        assertThat(FlakyFileSystem.bytesRead).isLessThan(most);
    }

    private static Configuration configuration() {
        Configuration configuration = new Configuration();
        configuration.setClass("fs.flaky.impl", FlakyFileSystem.class, org.apache.hadoop.fs.FileSystem.class);
        configuration.setBoolean("fs.flaky.impl.disable.cache", true);
        configuration.setInt(Retry.TRIES, 1);
        return configuration;
    }

    private static ShardFile flaky(Path file) {
        ShardFile listed = Shards.listed(file);
        return new ShardFile(listed.path().replaceFirst("file:", "flaky:"), listed.length(), listed.modifiedMillis());
    }

    private static List<ImageRef> index(ShardFormat format, ShardFile file) throws IOException {
        List<ImageRef> images = new ArrayList<>();
        try (ImageIterator iterator =
                ShardIndex.of(format, CONFIGURATION, RecordFields.usual()).images(file)) {
            iterator.forEachRemaining(images::add);
        }
        return images;
    }

    /** The local disk with another scheme, which can fail. */
    public static final class FlakyFileSystem extends RawLocalFileSystem {
        static long bytesRead;
        static long failAt;
        static @Nullable Supplier<IOException> failure;

        @Override
        public URI getUri() {
            return URI.create("flaky:///");
        }

        @Override
        public String getScheme() {
            return "flaky";
        }

        @Override
        public FSDataInputStream open(org.apache.hadoop.fs.Path path, int bufferSize) throws IOException {
            return new FSDataInputStream(new Stream(super.open(path, bufferSize)));
        }
    }

    private static final class Stream extends FSInputStream {
        private final FSDataInputStream in;

        Stream(FSDataInputStream in) {
            this.in = in;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            Supplier<IOException> failure = FlakyFileSystem.failure;
            if (failure != null && in.getPos() + length > FlakyFileSystem.failAt) {
                throw failure.get();
            }
            int got = in.read(into, offset, length);
            FlakyFileSystem.bytesRead += got;
            return got;
        }

        @Override
        public void seek(long position) throws IOException {
            in.seek(position);
        }

        @Override
        public long getPos() throws IOException {
            return in.getPos();
        }

        @Override
        public boolean seekToNewSource(long target) {
            return false;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
