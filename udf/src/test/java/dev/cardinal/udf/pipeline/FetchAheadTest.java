package dev.cardinal.udf.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.udf.fetch.ImageContainer;
import dev.cardinal.udf.fetch.ImageFetcher;
import dev.cardinal.udf.fetch.ImageFetcher.Fetched;
import dev.cardinal.udf.fetch.ImageRef;
import dev.cardinal.udf.fetch.ImageRef.Location;
import dev.cardinal.udf.fetch.RecordFields;
import dev.cardinal.udf.shard.ImageIterator;
import dev.cardinal.udf.shard.ShardFile;
import dev.cardinal.udf.shard.ShardFormat;
import dev.cardinal.udf.shard.ShardIndex;
import dev.cardinal.zoo.FileHash;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class FetchAheadTest {
    private static final int READS = 3;

    private final FakeFetchers fetchers = new FakeFetchers();
    private final Queue<String> done = new ConcurrentLinkedQueue<>();
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger mostRunning = new AtomicInteger();
    private final Semaphore begun = new Semaphore(0);
    private final Semaphore mayEnd = new Semaphore(0);
    private final Semaphore ended = new Semaphore(0);

    @TempDir
    private Path directory;

    @Test
    void filesAreReadInParallelUpToTheLimit() throws InterruptedException {
        try (FetchAhead reads = new FetchAhead(fetchers, READS, "test")) {
            for (int i = 0; i < 10; i++) {
                submit(reads, Location.file("file" + i));
            }
            begun.acquire(READS);
            assertThat(running).hasValue(READS);
            mayEnd.release(10);
            ended.acquire(10);
        }

        assertThat(mostRunning).hasValue(READS);
        assertThat(fetchers.opened).as("one fetcher for all files").hasSize(1);
        assertThat(fetchers.open).hasValue(0);
    }

    @Test
    void shardsAreReadInParallelAndTheImagesOfOneInOrder() throws InterruptedException {
        try (FetchAhead reads = new FetchAhead(fetchers, READS, "test")) {
            for (int i = 0; i < 3; i++) {
                submit(reads, tar("a.tar", i));
            }
            for (int i = 0; i < 3; i++) {
                submit(reads, tar("b.tar", i));
            }
            submit(reads, Location.file("c.jpg"));
            reads.end();
            begun.acquire(READS);
            assertThat(running).as("a, b and c").hasValue(READS);
            mayEnd.release(7);
            ended.acquire(7);
        }

        assertThat(done.stream().filter(read -> read.startsWith("a"))).containsExactly("a.tar 0", "a.tar 1", "a.tar 2");
        assertThat(done.stream().filter(read -> read.startsWith("b"))).containsExactly("b.tar 0", "b.tar 1", "b.tar 2");
        assertThat(fetchers.opened)
                .containsExactlyInAnyOrder(ImageContainer.TAR, ImageContainer.TAR, ImageContainer.FILE);
    }

    @Test
    void shardIsClosedWhenTheNextOneFollows() throws InterruptedException {
        CountDownLatch closed = fetchers.closed;
        try (FetchAhead reads = new FetchAhead(fetchers, READS, "test")) {
            mayEnd.release(2);
            submit(reads, tar("a.tar", 0));
            begun.acquire();
            assertThat(fetchers.open).as("more may follow").hasValue(1);
            submit(reads, tar("b.tar", 0));
            closed.await();
            assertThat(fetchers.open).as("b.tar").hasValue(1);
        }
        assertThat(fetchers.open).hasValue(0);
    }

    @Test
    void closingInterruptsReadsAndLeavesNoThreadOrFetcher() throws InterruptedException {
        FetchAhead reads = new FetchAhead(fetchers, READS, "interrupted");
        for (int i = 0; i < 10; i++) {
            submit(reads, i % 2 == 0 ? Location.file("file" + i) : tar("shard" + i, 0));
        }
        begun.acquire(READS);

        reads.close();

        assertThat(running).hasValue(0);
        assertThat(done).isEmpty();
        assertThat(fetchers.open).hasValue(0);
        assertThat(Threads.named("cardinal-fetch-interrupted")).isEmpty();
    }

    @Test
    void imagesOfEveryContainerAreRead() throws IOException {
        List<ImageRef> images = new ArrayList<>();
        images.addAll(index(ShardFormat.TAR, "webdataset.tar"));
        images.addAll(index(ShardFormat.TFRECORD, "pictures.tfrecord"));
        images.addAll(index(ShardFormat.PARQUET, "pictures.parquet"));
        images.addAll(index(ShardFormat.TAR, "webdataset.tar.gz"));
        images.addAll(index(ShardFormat.TFRECORD, "pictures.tfrecord.gz"));
        ShardFile picture = fixture("webdataset.tar");
        images.add(ImageRef.file(picture.path(), picture.length(), 0, null));
        images.add(index(ShardFormat.ZIP, "masks.zip").get(0));
        String[] hashes = new String[images.size()];
        CountDownLatch all = new CountDownLatch(hashes.length);
        ImageFetchers hadoop = ImageFetchers.of(new Configuration(), RecordFields.usual());
        try (FetchAhead reads = new FetchAhead(hadoop, READS, "test")) {
            for (int i = 0; i < hashes.length; i++) {
                int index = i;
                reads.submit(images.get(i).location(), fetcher -> {
                    hashes[index] = hash(fetcher, images.get(index));
                    all.countDown();
                });
            }
            reads.end();
            all.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }

        assertThat(images.stream().map(image -> image.location().container()).distinct())
                .containsExactlyInAnyOrder(ImageContainer.values());
        List<String> each = List.of(hashes);
        assertThat(each.subList(5, 9)).isEqualTo(each.subList(9, 13));
        assertThat(each.subList(0, 5)).isEqualTo(each.subList(13, 18));
        assertThat(each.get(0)).isEqualTo("c47dd9465c00e9a0c8b85e9ea58d3034a0d23b9cf926113602f3460752a4eb96");
    }

    private static String hash(ImageFetcher fetcher, ImageRef image) {
        try {
            return HexFormat.of()
                    .formatHex(FileHash.digest()
                            .digest(fetcher.fetch(image, 1 << 20).encoded()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<ImageRef> index(ShardFormat format, String name) throws IOException {
        List<ImageRef> images = new ArrayList<>();
        try (ImageIterator iterator =
                ShardIndex.of(format, new Configuration(), RecordFields.usual()).images(fixture(name))) {
            iterator.forEachRemaining(images::add);
        }
        return images;
    }

    private ShardFile fixture(String name) throws IOException {
        Path file = directory.resolve(name);
        if (!Files.exists(file)) {
            try (InputStream in = ShardFormat.class.getResourceAsStream(name)) {
                Files.copy(in, file);
            }
        }
        return new ShardFile(new org.apache.hadoop.fs.Path(file.toUri()).toString(), Files.size(file), 0);
    }

    private static Location tar(String file, long position) {
        return new Location(file, ImageContainer.TAR, position);
    }

    /** Submits a read that ends when the test permits it. */
    private void submit(FetchAhead reads, Location from) {
        reads.submit(from, fetcher -> {
            mostRunning.accumulateAndGet(running.incrementAndGet(), Math::max);
            begun.release();
            try {
                mayEnd.acquire();
                done.add(from.file() + " " + from.position());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                running.decrementAndGet();
                ended.release();
            }
        });
    }

    private static final class FakeFetchers implements ImageFetchers {
        private final Queue<ImageContainer> opened = new ConcurrentLinkedQueue<>();
        private final AtomicInteger open = new AtomicInteger();
        private final CountDownLatch closed = new CountDownLatch(1);

        @Override
        public ImageFetcher open(ImageContainer container) {
            opened.add(container);
            open.incrementAndGet();
            return new ImageFetcher() {
                @Override
                public Fetched fetch(ImageRef image, int limit) {
                    throw new AssertionError("the test does not use the fetcher");
                }

                @Override
                public void close() {
                    open.decrementAndGet();
                    closed.countDown();
                }
            };
        }
    }
}
