package dev.cardinal.job.select;

import dev.cardinal.job.UserPath;
import dev.cardinal.udf.store.StoreFiles;
import dev.cardinal.zoo.CardinalException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The directory of a selection: {@code selection/}, {@code classes/}, perhaps {@code manifest/}, and {@code run.json}, which is
 * written last and marks the selection as whole.
 *
 * <p>Until then tables lie in a work directory of the run, from where they are moved; where a move is a copy they are written in place.
 * A run that begins removes what an unfinished one has left; that one, if it still runs, then ends with an error. Closing removes
 * the work directory. Lives on the driver; not thread-safe.
 */
final class SelectOutput implements AutoCloseable {
    static final String SELECTION = "selection";
    static final String CLASSES = "classes";
    static final String MANIFEST = "manifest";
    static final String RUN_FILE = "run.json";

    private static final List<String> TABLES = List.of(SELECTION, CLASSES, MANIFEST);
    private static final String WORK = "_work";
    private static final String MARK = "running";
    private static final String MAGIC_CAPABILITY = "fs.s3a.capability.magic.committer";
    private static final Set<String> OF_A_WRITER = Set.of("part-", "_temporary", "_SUCCESS", "__magic", ".");

    private final FileSystem fileSystem;
    private final Path directory;
    private final Path work;
    private final boolean writesInPlace;

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
        for (FileStatus entry : entries) {
            String name = entry.getPath().getName();
            if (TABLES.contains(name) && entry.isDirectory()) {
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

    /** Removes what an unfinished run has left and begins a new one. */
    void begin() throws IOException {
        fileSystem.delete(new Path(directory, WORK), true);
        for (String table : TABLES) {
            fileSystem.delete(new Path(directory, table), true);
        }
        fileSystem.mkdirs(work);
        fileSystem.create(new Path(work, MARK), true).close();
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
     * @throws CardinalException if another run has begun here since
     */
    void finish(byte[] record) throws IOException {
        if (!fileSystem.exists(new Path(work, MARK))) {
            throw CardinalException.output("output " + directory
                    + " has been taken by another selection that began later; let one at a time write there");
        }
        for (String table : TABLES) {
            Path written = new Path(work, table);
            if (!writesInPlace && fileSystem.exists(written)) {
                move(written, new Path(directory, table));
            }
        }
        Path arriving = new Path(work, RUN_FILE);
        try (OutputStream out = fileSystem.create(arriving, true)) {
            out.write(record);
        }
        move(arriving, new Path(directory, RUN_FILE));
    }

    private void move(Path from, Path to) throws IOException {
        if (!fileSystem.rename(from, to)) {
            throw new IOException("cannot move " + from + " to " + to);
        }
    }

    @Override
    public void close() throws IOException {
        fileSystem.delete(work, true);
        Path all = new Path(directory, WORK);
        if (fileSystem.exists(all) && fileSystem.listStatus(all).length == 0) {
            fileSystem.delete(all, false);
        }
    }
}
