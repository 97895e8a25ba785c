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
    private final List<String> served = Collections.synchronizedList(new ArrayList<>());

    @Test
    void imagesThatFitTogetherAreDecodedTogether() {
        memory.reserve(60);
        memory.reserve(40);
        memory.release(60);
        memory.reserve(60);
    }

    @Test
    void whoFindsTooLittleWaitsAndWhoComesLaterWaitsBehindIt() throws InterruptedException {
        memory.reserve(60);
        Thread large = waiting("large", 50);
        Thread small = waiting("small", 10);
        assertThat(served).as("40 are free").isEmpty();

        memory.release(60);
        large.join();
        small.join();

        assertThat(served).containsExactlyInAnyOrder("large", "small");
    }

    @Test
    void imageThatIsLargerThanAllMemoryIsDecodedAlone() throws InterruptedException {
        memory.reserve(10);
        Thread huge = waiting("huge", 1_000);
        assertThat(served).isEmpty();

        memory.release(10);
        huge.join();
        Thread next = waiting("next", 1);
        assertThat(served).containsExactly("huge");
        memory.release(1_000);
        next.join();

        assertThat(served).containsExactly("huge", "next");
    }

    @Test
    void interruptionIsKeptForLater() throws InterruptedException {
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
            served.add(name);
        });
        thread.start();
        awaitWaiting(thread);
        return thread;
    }

    private static void awaitWaiting(Thread thread) {
        while (thread.getState() != Thread.State.WAITING) {
            assertThat(thread.isAlive()).as("has to wait").isTrue();
            Thread.onSpinWait();
        }
    }
}
