package dev.cardinal.job.select;

import dev.cardinal.job.common.OutputDirectory;
import dev.cardinal.job.label.RunLock;
import dev.cardinal.udf.fs.FileSystems;
import dev.cardinal.udf.fs.UserPaths;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/**
 * The directory of a selection: {@code selection/}, {@code classes/}, {@code manifest/} and {@code duplicates/} if requested, and {@code run.json}, which is
 * written last and marks the selection as complete.
 *
 * <p>A run writes its tables to a work directory and moves them at the end. In an object store, where a move is a copy, it writes them in
 * place. A lock in the work directory lets only one run at a time write here. A run first removes what a run that died has left, and
 * closing removes the tables of an unfinished run. Lives on the driver; not thread-safe.
 */
final class SelectOutput implements AutoCloseable {
    static final String SELECTION = "selection";
    static final String CLASSES = "classes";
    static final String MANIFEST = "manifest";
    static final String DUPLICATES = "duplicates";
    static final String RUN_FILE = "run.json";

    private static final List<String> TABLES = List.of(SELECTION, CLASSES, MANIFEST, DUPLICATES);
    private static final String WORK = "_work";
    private static final String LOCK = "lock";
    private static final String MAGIC_CAPABILITY = "fs.s3a.capability.magic.committer";
    private static final Set<String> OF_A_WRITER = Set.of("part-", "_temporary", "_SUCCESS", "__magic", ".");

    private final FileSystem fileSystem;
    private final Path directory;
    private final Path work;
    private final boolean writesInPlace;
    private @Nullable RunLock lock;
    private boolean hasBegun;
    private boolean isFinished;

    private SelectOutput(FileSystem fileSystem, Path directory, boolean writesInPlace) {
        this.fileSystem = fileSystem;
        this.directory = directory;
        this.work = new Path(directory, WORK + "/" + UUID.randomUUID());
        this.writesInPlace = writesInPlace;
    }

    /** Returns the output of a directory, which need not exist. Changes nothing yet. */
    static SelectOutput at(String output, Configuration configuration) throws IOException {
        Path path = UserPaths.of("output", output);
        FileSystem fileSystem = FileSystems.fileSystem(path, configuration);
        Path directory = fileSystem.makeQualified(path);
        return new SelectOutput(fileSystem, directory, fileSystem.hasPathCapability(directory, MAGIC_CAPABILITY));
    }

    Path directory() {
        return directory;
    }

    /** Returns whether tables are written to their final place, because a move would copy them. */
    boolean writesInPlace() {
        return writesInPlace;
    }

    /**
     * Checks that a selection can be written here.
     *
     * @throws CardinalException if the directory holds a finished selection or something else
     */
    void requireVacant() throws IOException {
        List<FileStatus> entries = OutputDirectory.entries(fileSystem, directory);
        for (FileStatus entry : entries) {
            if (entry.getPath().getName().equals(RUN_FILE)) {
                throw CardinalException.output(
                        "output " + directory + " already holds a finished selection; name another --output");
            }
        }
        boolean isOfASelection =
                entries.stream().anyMatch(entry -> entry.getPath().getName().equals(WORK));
        for (FileStatus entry : entries) {
            String name = entry.getPath().getName();
            if (isOfASelection && TABLES.contains(name) && entry.isDirectory()) {
                requireOfAWriter(entry.getPath());
            } else if (!name.equals(WORK)) {
                throw OutputDirectory.occupied(directory, name);
            }
        }
    }

    private void requireOfAWriter(Path table) throws IOException {
        for (FileStatus entry : fileSystem.listStatus(table)) {
            String name = entry.getPath().getName();
            if (OF_A_WRITER.stream().noneMatch(name::startsWith)) {
                throw OutputDirectory.occupied(directory, table.getName() + "/" + name);
            }
        }
    }

    /**
     * Checks that the directory is not inside a predictions table, whose readers would read the selection too.
     *
     * @param tables directories of predictions tables, fully qualified
     * @throws CardinalException if it is inside one of them
     */
    void requireOutside(List<String> tables) {
        for (Path path = directory; path != null; path = path.getParent()) {
            if (tables.contains(path.toString())) {
                throw CardinalException.output("output " + directory + " is inside predictions " + path
                        + "; name a directory outside of them");
            }
        }
    }

    /**
     * Acquires the lock, and removes what a run that died has left.
     *
     * @throws CardinalException if another run is writing here, or has finished since {@link #requireVacant}
     */
    void begin(Clock clock) throws IOException {
        Path all = new Path(directory, WORK);
        fileSystem.mkdirs(all);
        lock = RunLock.acquire(fileSystem, new Path(all, LOCK), clock);
        requireVacant();
        hasBegun = true;
        for (FileStatus left :
                fileSystem.listStatus(all, each -> !each.getName().equals(LOCK))) {
            fileSystem.delete(left.getPath(), true);
        }
        removeTables();
        fileSystem.mkdirs(work);
    }

    private void removeTables() throws IOException {
        for (String table : TABLES) {
            fileSystem.delete(new Path(directory, table), true);
        }
    }

    /** Returns a path for temporary data of the run. */
    String scratch(String name) {
        return new Path(work, "scratch/" + name).toString();
    }

    /** Returns the path where the run writes a table, and reads it before {@link #finish}. */
    String table(String name) {
        return new Path(writesInPlace ? directory : work, name).toString();
    }

    /**
     * Completes the selection.
     *
     * @param record content of run.json
     * @throws IOException if a file system fails, or another run has taken the lock
     */
    void finish(byte[] record) throws IOException {
        Objects.requireNonNull(lock, "begin() was not called").requireHeld();
        for (String table : TABLES) {
            Path written = new Path(table(table));
            if (fileSystem.exists(written)) {
                removeHiddenFiles(written);
                if (!writesInPlace) {
                    move(written, new Path(directory, table));
                }
            }
        }
        for (String table : List.of(SELECTION, CLASSES)) {
            if (!fileSystem.exists(new Path(directory, table))) {
                throw new IOException(new Path(directory, table) + " is missing; does another program write there?");
            }
        }
        Path arriving = new Path(work, RUN_FILE);
        try (OutputStream out = fileSystem.create(arriving, true)) {
            out.write(record);
        }
        move(arriving, new Path(directory, RUN_FILE));
        isFinished = true;
    }

    /** Removes checksum files and {@code _SUCCESS}: Polars and Hugging Face cannot read a directory that contains them. */
    private void removeHiddenFiles(Path table) throws IOException {
        for (FileStatus file : fileSystem.listStatus(table, UserPaths::isHidden)) {
            fileSystem.delete(file.getPath(), true);
        }
    }

    private void move(Path from, Path to) throws IOException {
        // If the target exists and is a directory, rename would move the source into it.
        if (fileSystem.exists(to) || !fileSystem.rename(from, to)) {
            throw new IOException("cannot move " + from + " to " + to);
        }
    }

    @Override
    public void close() throws IOException {
        RunLock held = lock;
        if (held == null) {
            return;
        }
        try (held) {
            fileSystem.delete(work, true);
            if (hasBegun && !isFinished && held.isHeld()) {
                removeTables();
            }
        }
        Path all = new Path(directory, WORK);
        if (fileSystem.exists(all) && fileSystem.listStatus(all).length == 0) {
            fileSystem.delete(all, false);
        }
    }
}
