package dev.cardinal.job.label;

import dev.cardinal.udf.fs.UserPaths;
import dev.cardinal.zoo.CardinalException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.util.ShutdownHookManager;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A temporary predictions table for a trial, below the directory of a future table, written in the same way: with the same lock and
 * the same committer. Closing removes it, with every directory that was created for it; so does the end of the process. If the process
 * is killed, the next trial in the same place removes it. Lives on the driver; not thread-safe.
 */
public final class ScratchTable implements AutoCloseable {
    static final String PREFIX = ".cardinal-doctor-";
    /** Shutdown priority: after Spark's, before that of Hadoop's file systems. */
    private static final int AFTER_SPARK = FileSystem.SHUTDOWN_HOOK_PRIORITY + 10;

    private static final Logger LOG = LoggerFactory.getLogger(ScratchTable.class);

    private final FileSystem fileSystem;
    private final Path directory;
    /** Directories above it that did not exist before, the lowest first. */
    private final List<Path> made;

    private final PredictionTable table;
    private final RunLock lock;
    private final Runnable atExit = this::removeAtExit;

    private ScratchTable(FileSystem fileSystem, Path directory, List<Path> made, PredictionTable table, RunLock lock) {
        this.fileSystem = fileSystem;
        this.directory = directory;
        this.made = made;
        this.table = table;
        this.lock = lock;
        ShutdownHookManager.get().addShutdownHook(atExit, AFTER_SPARK);
    }

    /**
     * Creates a table, and removes those that killed processes left.
     *
     * @param output directory of the future table, which need not exist
     * @throws dev.cardinal.zoo.CardinalException if the output is not a valid path, or holds something other than a predictions table
     * @throws IOException if it cannot be written to
     */
    public static ScratchTable below(String output, Configuration configuration, Clock clock) throws IOException {
        Path above = UserPaths.of("output", output);
        FileSystem fileSystem = above.getFileSystem(configuration);
        Path directory = fileSystem.makeQualified(new Path(above, PREFIX + UUID.randomUUID()));
        List<Path> made = missing(fileSystem, directory.getParent());
        if (made.isEmpty()) {
            removeAbandoned(fileSystem, directory.getParent(), configuration, clock);
        }
        PredictionTable.at(above, configuration).requireOurs();
        try {
            PredictionTable table = PredictionTable.at(directory, configuration);
            return new ScratchTable(fileSystem, directory, made, table, table.lock(clock));
        } catch (IOException | RuntimeException e) {
            try {
                remove(fileSystem, directory, made);
            } catch (IOException suppressed) {
                e.addSuppressed(suppressed);
            }
            throw e;
        }
    }

    /** Removes tables that killed processes left, whose locks have expired. */
    private static void removeAbandoned(FileSystem fileSystem, Path above, Configuration configuration, Clock clock)
            throws IOException {
        if (!fileSystem.getFileStatus(above).isDirectory()) {
            return;
        }
        for (FileStatus each :
                fileSystem.listStatus(above, path -> path.getName().startsWith(PREFIX))) {
            PredictionTable table = PredictionTable.at(each.getPath(), configuration);
            try {
                table.lock(clock).close();
            } catch (CardinalException e) {
                continue; // its process is running
            }
            LOG.info("removing the remains of a process that was killed: {}", each.getPath());
            table.store().recover();
            fileSystem.delete(each.getPath(), true);
        }
    }

    private static List<Path> missing(FileSystem fileSystem, Path parent) throws IOException {
        List<Path> missing = new ArrayList<>();
        for (Path at = parent; at != null && !fileSystem.exists(at); at = at.getParent()) {
            missing.add(at);
        }
        return List.copyOf(missing);
    }

    /** Appends rows in one commit. */
    public void append(Dataset<Row> rows) throws IOException {
        table.append(rows, lock);
    }

    /** Returns its own directory, fully qualified. */
    public Path directory() {
        return directory;
    }

    private void removeAtExit() {
        try {
            remove(fileSystem, directory, made);
        } catch (IOException e) {
            LOG.warn("cannot remove {}: {}", directory, e.toString());
        }
    }

    @Override
    public void close() throws IOException {
        if (!ShutdownHookManager.get().isShutdownInProgress()) {
            ShutdownHookManager.get().removeShutdownHook(atExit);
        }
        try {
            lock.close();
        } finally {
            remove(fileSystem, directory, made);
        }
    }

    /** Removes created directories, except those that hold other files by now. */
    private static void remove(FileSystem fileSystem, Path directory, List<Path> made) throws IOException {
        fileSystem.delete(directory, true);
        for (Path each : made) {
            try {
                if (fileSystem.listStatus(each).length > 0) {
                    return;
                }
            } catch (FileNotFoundException e) {
                continue; // an object store has no directories
            }
            fileSystem.delete(each, false);
        }
    }
}
