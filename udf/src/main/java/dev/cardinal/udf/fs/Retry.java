package dev.cardinal.udf.fs;

import dev.cardinal.zoo.Backoff;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Retries a store operation after transient failures: lost or refused connections, timeouts, throttling, the store's
 * internal errors. These attempts come on top of the file system's own. Thread-safe; driver and executors.
 */
public final class Retry {
    private static final Logger LOG = LoggerFactory.getLogger(Retry.class);

    /** Five attempts, with pauses of up to 1, 2, 4 and 8 s. */
    public static final Retry STORE = new Retry(5, Backoff.EXPONENTIAL);

    /** Hadoop configuration key of the number of attempts. */
    public static final String TRIES = "cardinal.store.tries";

    private final int tries;
    private final Backoff backoff;

    /**
     * @param tries number of attempts, at least 1
     */
    public Retry(int tries, Backoff backoff) {
        if (tries < 1) {
            throw new IllegalArgumentException("tries must be at least 1, not " + tries);
        }
        this.tries = tries;
        this.backoff = backoff;
    }

    /** Returns {@link #STORE} with the number of attempts that a configuration sets. */
    public static Retry of(Configuration configuration) {
        return new Retry(Math.max(1, configuration.getInt(TRIES, STORE.tries)), STORE.backoff);
    }

    /** An operation on a store; it must be safe to repeat. */
    @FunctionalInterface
    public interface IOCall<T extends @Nullable Object> {
        T call() throws IOException;
    }

    /**
     * Repeats an operation until it succeeds.
     *
     * @param what the operation, for the message of a failure, such as {@code read s3a://bucket/a.png}
     * @throws StoreException if the last attempt fails too, or if the store rejects this user's credentials
     * @throws IOException the store's own exception, if another attempt would fail too: the file is gone, forbidden or
     *     lost
     */
    public <T extends @Nullable Object> T call(String what, IOCall<T> call) throws IOException {
        for (int attempt = 1; ; attempt++) {
            try {
                return call.call();
            } catch (IOException e) {
                FailureKind failure = e instanceof StoreException ? FailureKind.PERMANENT : FailureKind.of(e);
                if (failure == FailureKind.REFUSED) {
                    throw StoreException.explaining(what, e);
                }
                if (failure != FailureKind.TRANSIENT && failure != FailureKind.LOST) {
                    throw e;
                }
                if (attempt == tries && failure == FailureKind.LOST) {
                    throw e;
                }
                if (attempt == tries) {
                    throw StoreException.outage(what, tries, e);
                }
                LOG.warn("cannot {}, attempt {} of {}: {}", what, attempt, tries, e.toString());
                backoff.pause(attempt);
            }
        }
    }
}
