package dev.cardinal.udf.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DecodePoolTest {
    private final List<String> done = Collections.synchronizedList(new ArrayList<>());
    private final Semaphore begun = new Semaphore(0);
    private final Semaphore mayEnd = new Semaphore(0);

    @Test
    void tasksTakeTurns() throws InterruptedException {
        DecodePool pool = new DecodePool(1);
        try (DecodePool.Share greedy = pool.share();
                DecodePool.Share modest = pool.share()) {
            greedy.submit(this::block);
            begun.acquire();
            CountDownLatch all = new CountDownLatch(6);
            for (int i = 0; i < 4; i++) {
                submit(greedy, "greedy " + i, all);
            }
            for (int i = 0; i < 2; i++) {
                submit(modest, "modest " + i, all);
            }
            mayEnd.release();
            all.await();
        }

        assertThat(done).containsExactly("greedy 0", "modest 0", "greedy 1", "modest 1", "greedy 2", "greedy 3");
    }

    @Test
    void everyThreadDecodesOneImageAtATime() throws InterruptedException {
        DecodePool pool = new DecodePool(2);
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        try (DecodePool.Share share = pool.share()) {
            for (int i = 0; i < 5; i++) {
                share.submit(() -> {
                    most.accumulateAndGet(running.incrementAndGet(), Math::max);
                    block();
                    running.decrementAndGet();
                });
            }
            begun.acquire(2);
            mayEnd.release(5);
            begun.acquire(3);
        }

        assertThat(most).hasValue(2);
    }

    @Test
    void closingAShareDropsQueuedWorkAndWaitsForRunningWork() throws InterruptedException {
        DecodePool pool = new DecodePool(1);
        DecodePool.Share share = pool.share();
        share.submit(() -> {
            block();
            done.add("begun");
        });
        share.submit(() -> done.add("not begun"));
        begun.acquire();

        CompletableFuture<Thread> closing = new CompletableFuture<>();
        CompletableFuture<List<String>> closed = CompletableFuture.supplyAsync(() -> {
            closing.complete(Thread.currentThread());
            share.close();
            return List.copyOf(done);
        });
        Threads.awaitState(closing.join(), Thread.State.WAITING);
        assertThat(closed).isNotDone();
        mayEnd.release();

        assertThat(closed.join()).containsExactly("begun");
        share.submit(() -> done.add("too late"));
        runEmpty(pool);
        assertThat(done).containsExactly("begun");
    }

    @Test
    void failureInOneTaskDoesNotAffectOthers() throws InterruptedException {
        DecodePool pool = new DecodePool(1);
        try (DecodePool.Share broken = pool.share()) {
            broken.submit(() -> {
                throw new UnsupportedOperationException("a bug");
            });
            runEmpty(pool);
        }
    }

    /** Runs work of another task and waits for it; all work submitted before has run by then. */
    private static void runEmpty(DecodePool pool) throws InterruptedException {
        try (DecodePool.Share share = pool.share()) {
            CountDownLatch ran = new CountDownLatch(1);
            share.submit(ran::countDown);
            ran.await();
        }
    }

    private void submit(DecodePool.Share share, String name, CountDownLatch all) {
        share.submit(() -> {
            done.add(name);
            all.countDown();
        });
    }

    private void block() {
        begun.release();
        mayEnd.acquireUninterruptibly();
    }
}
