package dev.cardinal.udf.bundle;

import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;

/**
 * Provides executors with the files of a model bundle.
 *
 * <p>Thread-safe. Created on the driver, used on executors. Serialized with every task, so it must be small.
 */
public interface BundleSource extends Serializable {

    /**
     * Copies the complete, verified bundle into a directory on the local disk, unless it exists there.
     *
     * @param parent directory for bundles
     * @return directory of the bundle
     * @throws IOException if the bundle cannot be read or written, or differs from what the driver read
     */
    Path materialize(Path parent) throws IOException;

    /** Releases the source on driver and executors, so tasks cannot materialize it again; local copies stay. */
    void destroy();
}
