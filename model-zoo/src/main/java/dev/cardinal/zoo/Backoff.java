package dev.cardinal.zoo;

import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** Pauses between two attempts. */
@FunctionalInterface
public interface Backoff {
    /** Waits at most 1, 2, 4 ... 30 s and at least half of that, at random, so that clients do not retry together. */
    Backoff EXPONENTIAL = failures -> {
        long longest = Math.min(Duration.ofSeconds(30).toMillis(), 1000L << Math.min(failures - 1, 20));
        try {
            Thread.sleep(ThreadLocalRandom.current().nextLong(longest / 2, longest + 1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for the next attempt");
        }
    };

    /** Waits before the next attempt, after {@code failures} consecutive failed ones (at least 1). */
    void pause(int failures) throws InterruptedIOException;
}
