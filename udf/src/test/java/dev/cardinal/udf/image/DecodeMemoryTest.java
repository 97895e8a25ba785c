package dev.cardinal.udf.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DecodeMemoryTest {
    private final DecodeMemory memory = new DecodeMemory(100);
    private final List<String> granted = Collections.synchronizedList(new ArrayList<>());

    @Test
    void imagesThatFitTogetherAreDecodedConcurrently() {
        memory.reserve(60);
        memory.reserve(40);
        memory.release(60);
        memory.reserve(60);
    }

    @Test
    void requestWaitsForMemoryAndLaterRequestsWaitBehindIt() throws InterruptedException {
        memory.reserve(60);
        Thread large = waiting("large", 50);
        Thread small = waiting("small", 10);
        assertThat(granted).as("40 are free").isEmpty();

        memory.release(60);
        large.join();
        small.join();

        assertThat(granted).containsExactlyInAnyOrder("large", "small");
    }

    @Test
    void imageLargerThanTheLimitIsDecodedAlone() throws InterruptedException {
        memory.reserve(10);
        Thread huge = waiting("huge", 1_000);
        assertThat(granted).isEmpty();

        memory.release(10);
        huge.join();
        Thread next = waiting("next", 1);
        assertThat(granted).containsExactly("huge");
        memory.release(1_000);
        next.join();

        assertThat(granted).containsExactly("huge", "next");
    }

    @Test
    void interruptionIsRestoredAfterTheWait() throws InterruptedException {
        memory.reserve(100);
        CountDownLatch kept = new CountDownLatch(1);
        Thread thread = new Thread(() -> {
            memory.reserve(1);
            if (Thread.currentThread().isInterrupted()) {
                kept.countDown();
            }
        });
        thread.start();
        awaitWaiting(thread);
        thread.interrupt();
        memory.release(100);

        kept.await();
    }

    private Thread waiting(String name, long bytes) {
        Thread thread = new Thread(() -> {
            memory.reserve(bytes);
            granted.add(name);
        });
        thread.start();
        awaitWaiting(thread);
        return thread;
    }

    private static void awaitWaiting(Thread thread) {
        while (thread.getState() != Thread.State.WAITING) {
            assertThat(thread.isAlive()).as("thread has to wait").isTrue();
            Thread.onSpinWait();
        }
    }
}
