package dev.cardinal.udf;

import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;

/**
 * How an executor comes by the files of a model bundle.
 *
 * <p>Made on the driver, serialized with every task, used on executors; must be small. Thread-safe.
 */
public interface ModelFiles extends Serializable {

    /**
     * Puts the bundle below a directory of the local disk, whole and verified, unless it is there already.
     *
     * @param parent directory to keep bundles in
     * @return directory of the bundle
     * @throws IOException if it cannot be written, or does not arrive as it was sent
     */
    Path place(Path parent) throws IOException;

    /** Removes what the driver and executors hold of it beside that; tasks that start later cannot place the bundle. */
    void destroy();
}
