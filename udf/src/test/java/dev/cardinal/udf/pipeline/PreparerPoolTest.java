package dev.cardinal.udf.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.udf.DemoModel;
import dev.cardinal.udf.image.ImageHash;
import dev.cardinal.udf.image.ImageOptions;
import dev.cardinal.udf.image.ImagePreparer;
import dev.cardinal.udf.image.Preparation;
import dev.cardinal.udf.image.RawImage;
import dev.cardinal.udf.image.Status;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PreparerPoolTest {
    private static final byte[] BLOCKS = {1};
    private static final byte[] FAILS = {2};
    private static final byte[] NORMAL = {3};

    private final AtomicInteger made = new AtomicInteger();
    private final AtomicInteger open = new AtomicInteger();
    private final Semaphore begun = new Semaphore(0);
    private final Semaphore mayEnd = new Semaphore(0);
    private final PreparerPool pool = new PreparerPool(FakePreparer::new);

    @Test
    void preparerIsReusedUnlessItIsBusy() throws InterruptedException {
        try (ImagePreparer lease = pool.lease()) {
            lease.prepare(NORMAL);
            lease.prepare(NORMAL);
            assertThat(made).hasValue(1);
            CompletableFuture<Void> waiting = CompletableFuture.runAsync(() -> lease.prepare(BLOCKS));
            begun.acquire();
            lease.prepare(NORMAL);
            assertThat(made).hasValue(2);
            mayEnd.release();
            waiting.join();
        }
    }

    @Test
    void lastLeaseClosesThePreparers() {
        ImagePreparer first = pool.lease();
        ImagePreparer second = pool.lease();
        first.prepare(NORMAL);

        first.close();
        first.close();
        assertThat(open).hasValue(1);
        second.prepare(NORMAL);
        second.close();

        assertThat(made).hasValue(1);
        assertThat(open).hasValue(0);
        assertThatThrownBy(() -> second.prepare(NORMAL)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void busyPreparerIsClosedWhenItIsReturnedAfterTheLastLease() throws InterruptedException {
        ImagePreparer lease = pool.lease();
        CompletableFuture<Void> waiting = CompletableFuture.runAsync(() -> lease.prepare(BLOCKS));
        begun.acquire();

        lease.close();
        assertThat(open).hasValue(1);
        mayEnd.release();
        waiting.join();

        assertThat(open).hasValue(0);
    }

    @Test
    void preparerThatFailedIsNotReused() {
        try (ImagePreparer lease = pool.lease()) {
            assertThatThrownBy(() -> lease.prepare(FAILS)).isInstanceOf(OutOfMemoryError.class);
            assertThat(open).hasValue(0);
        }
    }

    @Test
    void tasksWithTheSameModelAndOptionsShareAPool() {
        int before = PreparerPool.leased();
        try (ImagePreparer one = lease(ImageOptions.defaults());
                ImagePreparer same = lease(ImageOptions.defaults());
                ImagePreparer other =
                        lease(new ImageOptions(1, ImageOptions.defaults().exifOrientation()))) {
            assertThat(PreparerPool.leased()).isEqualTo(before + 2);
            assertThat(one.prepare(new byte[0]))
                    .isEqualTo(same.prepare(new byte[0]))
                    .isEqualTo(other.prepare(new byte[0]));
        }
        assertThat(PreparerPool.leased()).isEqualTo(before);
    }

    private static ImagePreparer lease(ImageOptions options) {
        return PreparerPool.lease(List.of(DemoModel.card().preprocessing()), options, ImageHash.NONE);
    }

    private final class FakePreparer implements ImagePreparer {
        private boolean closed;

        FakePreparer() {
            made.incrementAndGet();
            open.incrementAndGet();
        }

        @Override
        public Preparation prepare(byte[] encoded) {
            assertThat(closed).as("closed").isFalse();
            if (encoded == FAILS) {
                throw new OutOfMemoryError("in a test");
            }
            if (encoded == BLOCKS) {
                begun.release();
                mayEnd.acquireUninterruptibly();
            }
            return new Preparation.Rejected(Status.EMPTY, "", null, null);
        }

        @Override
        public Preparation prepare(RawImage image) {
            throw new AssertionError("decoded images are not expected");
        }

        @Override
        public void close() {
            assertThat(closed).as("closed twice").isFalse();
            closed = true;
            open.decrementAndGet();
        }
    }
}
