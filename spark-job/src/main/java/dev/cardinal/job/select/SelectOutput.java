package dev.cardinal.job.select;

import dev.cardinal.job.UserPath;
import dev.cardinal.job.label.RunLock;
import dev.cardinal.udf.store.StoreFiles;
import dev.cardinal.zoo.CardinalException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Clock;
import java.util.Arrays;
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
 * The directory of a selection: {@code selection/}, {@code classes/}, perhaps {@code manifest/}, and {@code run.json}, which is
 * written last and marks the selection as whole.
 *
 * <p>Until then tables lie in a work directory of the run, from where they are moved; where a move is a copy they are written in place.
 * One run at a time writes here: it holds a lock, which is in the work directory. A run that begins removes what one that died has left;
 * closing removes what the run itself has not finished. Lives on the driver; not thread-safe.
 */
final class SelectOutput implements AutoCloseable {
    static final String SELECTION = "selection";
    static final String CLASSES = "classes";
    static final String MANIFEST = "manifest";
    static final String RUN_FILE = "run.json";

    private static final List<String> TABLES = List.of(SELECTION, CLASSES, MANIFEST);
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

    /** The output of a directory, which need not exist. Nothing is changed yet. */
    static SelectOutput at(String output, Configuration configuration) throws IOException {
        Path path = UserPath.of("output", output);
        FileSystem fileSystem = StoreFiles.fileSystem(path, configuration);
        Path directory = fileSystem.makeQualified(path);
        return new SelectOutput(fileSystem, directory, fileSystem.hasPathCapability(directory, MAGIC_CAPABILITY));
    }

    Path directory() {
        return directory;
    }

    /** Whether tables are written where they stay, for a move would copy them. */
    boolean writesInPlace() {
        return writesInPlace;
    }

    /**
     * Checks that a selection can be written here.
     *
     * @throws CardinalException if the directory holds a finished selection or something else
     */
    void requireVacant() throws IOException {
        FileStatus status;
        try {
            status = fileSystem.getFileStatus(directory);
        } catch (FileNotFoundException e) {
            return;
        }
        if (!status.isDirectory()) {
            throw CardinalException.output("output " + directory + " is a file; name a directory");
        }
        FileStatus[] entries = fileSystem.listStatus(directory);
        for (FileStatus entry : entries) {
            if (entry.getPath().getName().equals(RUN_FILE)) {
                throw CardinalException.output(
                        "output " + directory + " already holds a finished selection; name another --output");
            }
        }
        boolean isOfASelection = Arrays.stream(entries)
                .anyMatch(entry -> entry.getPath().getName().equals(WORK));
        for (FileStatus entry : entries) {
            String name = entry.getPath().getName();
            if (isOfASelection && TABLES.contains(name) && entry.isDirectory()) {
                requireOfAWriter(entry.getPath());
            } else if (!name.equals(WORK)) {
                throw foreign(name);
            }
        }
    }

    private void requireOfAWriter(Path table) throws IOException {
        for (FileStatus entry : fileSystem.listStatus(table)) {
            String name = entry.getPath().getName();
            if (OF_A_WRITER.stream().noneMatch(name::startsWith)) {
                throw foreign(table.getName() + "/" + name);
            }
        }
    }

    private CardinalException foreign(String name) {
        return CardinalException.output(
                "output " + directory + " already holds something else (" + name + "); name another --output");
    }

    /**
     * Checks that the directory is in none of these.
     *
     * @param tables directories of predictions tables, fully qualified
     * @throws CardinalException if it is, for their readers would read the selection as well
     */
    void requireOutside(List<String> tables) {
        for (Path path = directory; path != null; path = path.getParent()) {
            if (tables.contains(path.toString())) {
                throw CardinalException.output(
                        "output " + directory + " lies in predictions " + path + "; name a directory outside of them");
            }
        }
    }

    /**
     * Takes the right to write here, and removes what a run that died has left.
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

    /** Where a run may keep what only it needs, under a name. */
    String scratch(String name) {
        return new Path(work, "scratch/" + name).toString();
    }

    /** Where the run writes a table, and reads it before it is finished. */
    String table(String name) {
        return new Path(writesInPlace ? directory : work, name).toString();
    }

    /**
     * Makes the selection whole.
     *
     * @param record content of run.json
     * @throws IOException if a file system fails, or the lock was lost to another run
     */
    void finish(byte[] record) throws IOException {
        Objects.requireNonNull(lock, "begin() was not called").requireHeld();
        if (!writesInPlace) {
            for (String table : TABLES) {
                Path written = new Path(work, table);
                if (fileSystem.exists(written)) {
                    move(written, new Path(directory, table));
                }
            }
        }
        for (String table : List.of(SELECTION, CLASSES)) {
            if (!fileSystem.exists(new Path(directory, table))) {
                throw new IOException(new Path(directory, table) + " is gone; is another program at work there?");
            }
        }
        Path arriving = new Path(work, RUN_FILE);
        try (OutputStream out = fileSystem.create(arriving, true)) {
            out.write(record);
        }
        move(arriving, new Path(directory, RUN_FILE));
        isFinished = true;
    }

    private void move(Path from, Path to) throws IOException {
        // Onto a directory that is there, it would be moved into it.
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
