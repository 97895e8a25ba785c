package dev.cardinal.zoo.download;

import java.io.InterruptedIOException;
import java.time.Duration;

/** The pause between two attempts. */
@FunctionalInterface
interface Backoff {
    /** 1, 2, 4 s and so on, at most 30 s. */
    Backoff EXPONENTIAL = failures -> {
        try {
            Thread.sleep(Math.min(Duration.ofSeconds(30).toMillis(), 1000L << Math.min(failures - 1, 20)));
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
