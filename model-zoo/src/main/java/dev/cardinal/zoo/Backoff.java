package dev.cardinal.zoo;

import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** The pause between two attempts. */
@FunctionalInterface
public interface Backoff {
    /** Up to 1, 2, 4 s and so on, at most 30 s, at least half of that: those who failed together do not all come back together. */
    Backoff EXPONENTIAL = failures -> {
        long longest = Math.min(Duration.ofSeconds(30).toMillis(), 1000L << Math.min(failures - 1, 20));
        try {
            Thread.sleep(ThreadLocalRandom.current().nextLong(longest / 2, longest + 1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted between two attempts");
        }
    };

    /**
     * Waits.
     *
     * @param failures attempts that failed in a row, from 1
     */
    void pause(int failures) throws InterruptedIOException;
}
