package dev.cardinal.udf.store;

import dev.cardinal.zoo.Backoff;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks a store again where it fails for a moment: connections that end or cannot be made, timeouts, throttling, errors of the
 * store's own. Comes on top of what a file system tries by itself. Thread-safe; driver and executors.
 */
public final class Retry {
    private static final Logger LOG = LoggerFactory.getLogger(Retry.class);

    /** Five tries, with pauses of up to 1, 2, 4 and 8 s. */
    public static final Retry STORE = new Retry(5, Backoff.EXPONENTIAL);

    /** How often a store is asked, where a Hadoop configuration says it. */
    public static final String TRIES = "cardinal.store.tries";

    private final int tries;
    private final Backoff backoff;

    /**
     * @param tries how often to ask, at least once
     */
    public Retry(int tries, Backoff backoff) {
        if (tries < 1) {
            throw new IllegalArgumentException("tries must be at least 1, not " + tries);
        }
        this.tries = tries;
        this.backoff = backoff;
    }

    /** {@link #STORE}, with the tries that a configuration asks for. */
    public static Retry of(Configuration configuration) {
        return new Retry(Math.max(1, configuration.getInt(TRIES, STORE.tries)), STORE.backoff);
    }

    /** What is asked of a store; asking twice must do no harm. */
    @FunctionalInterface
    public interface IOCall<T extends @Nullable Object> {
        T call() throws IOException;
    }

    /**
     * Asks until there is an answer.
     *
     * @param what for the message of a failure, such as {@code read s3a://bucket/a.png}
     * @throws StoreException if the store still fails in the end, or refuses this user altogether
     * @throws IOException the store's own, if another try would fail as well: the file is gone, forbidden or lost
     */
    public <T extends @Nullable Object> T call(String what, IOCall<T> call) throws IOException {
        for (int attempt = 1; ; attempt++) {
            try {
                return call.call();
            } catch (IOException e) {
                StoreFailure failure = e instanceof StoreException ? StoreFailure.PERMANENT : StoreFailure.of(e);
                if (failure == StoreFailure.REFUSED) {
                    throw StoreException.explaining(what, e);
                }
                if (failure != StoreFailure.TRANSIENT && failure != StoreFailure.LOST) {
                    throw e;
                }
                if (attempt == tries && failure == StoreFailure.LOST) {
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
