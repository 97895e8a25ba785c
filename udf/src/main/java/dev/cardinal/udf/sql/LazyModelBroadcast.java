package dev.cardinal.udf.sql;

import dev.cardinal.udf.bundle.BundleSource;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Distributes the files of a model to executors once, when the first query that needs them runs.
 *
 * <p>Spark removes the broadcasts when no session or query refers to them. Thread-safe; lives on the driver.
 */
final class LazyModelBroadcast {
    private final String uri;
    private final Distribution distribution;
    private @Nullable BundleSource files;

    /** Reads the files of a model and distributes them. */
    interface Distribution {
        BundleSource distribute() throws IOException;
    }

    LazyModelBroadcast(String uri, Distribution distribution) {
        this.uri = uri;
        this.distribution = distribution;
    }

    synchronized BundleSource files() {
        if (files == null) {
            try {
                files = distribution.distribute();
            } catch (IOException e) {
                throw CardinalException.model("model " + uri + " cannot be read: " + e, e);
            }
        }
        return files;
    }
}
