package dev.cardinal.udf.sql;

import dev.cardinal.udf.ModelFiles;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The files of a model on their way to executors: read and sent when the first query runs that needs them, and never again.
 *
 * <p>Spark removes what was sent when neither the session nor any query refers to it any more. Thread-safe; lives on the driver.
 */
final class SentModel {
    private final String uri;
    private final Sending sending;
    private @Nullable ModelFiles files;

    /** Reads a model and sends it. */
    interface Sending {
        ModelFiles send() throws IOException;
    }

    SentModel(String uri, Sending sending) {
        this.uri = uri;
        this.sending = sending;
    }

    synchronized ModelFiles files() {
        if (files == null) {
            try {
                files = sending.send();
            } catch (IOException e) {
                throw CardinalException.model("model " + uri + " cannot be read: " + e, e);
            }
        }
        return files;
    }
}
