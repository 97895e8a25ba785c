package dev.cardinal.job.common;

import dev.cardinal.udf.fs.UserPaths;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The output directory of a command whose result is one JSON file: that file and the report drawn from it. Lives on the
 * driver; immutable.
 */
public final class ResultDirectory {
    private static final String REPORT = "report.html";

    private final Configuration configuration;
    private final FileSystem fileSystem;
    private final Path directory;
    private final String file;
    private final List<String> tables;

    private ResultDirectory(
            Configuration configuration, FileSystem fileSystem, Path directory, String file, List<String> tables) {
        this.tables = List.copyOf(tables);
        this.configuration = configuration;
        this.fileSystem = fileSystem;
        this.directory = directory;
        this.file = file;
    }

    /**
     * Returns the directory that {@code --output} names, which need not exist.
     *
     * @param file name of the JSON file
     * @throws CardinalException if the text is not a path
     * @throws IOException if the file system fails
     */
    public static ResultDirectory of(String output, String file, Configuration configuration) throws IOException {
        return of(output, file, List.of(), configuration);
    }

    /**
     * Returns the directory that {@code --output} names, which need not exist.
     *
     * @param tables names of directories that belong to the result, if they are {@linkplain #stage staged}
     */
    public static ResultDirectory of(String output, String file, List<String> tables, Configuration configuration)
            throws IOException {
        Path directory = UserPaths.of("output", output);
        return new ResultDirectory(configuration, directory.getFileSystem(configuration), directory, file, tables);
    }

    /**
     * Checks that the directory is missing, is empty, or holds an earlier result, which the next one replaces.
     *
     * @throws CardinalException if it is a file, or holds anything else
     * @throws IOException if the file system fails
     */
    public void requireVacant() throws IOException {
        // An earlier result and its report, and the temporary files of a run that crashed while it wrote them.
        Set<String> ours = Set.of(file, REPORT, AtomicFiles.temporaryName(file), AtomicFiles.temporaryName(REPORT));
        boolean isReplaced = !tables.isEmpty() && fileSystem.exists(new Path(directory, file));
        OutputDirectory.requireOnly(
                fileSystem,
                directory,
                name -> ours.contains(name)
                        || tables.stream().map(ResultDirectory::staged).anyMatch(name::equals)
                        || (isReplaced && tables.contains(name)));
    }

    private static String staged(String table) {
        return table + ".arriving";
    }

    /**
     * Returns where a table of the next result is written, without one that an earlier run may have left.
     *
     * @throws IOException if the file system fails
     */
    public Path stage(String table) throws IOException {
        Path staged = new Path(directory, staged(table));
        fileSystem.delete(staged, true);
        return staged;
    }

    /**
     * Checks that the directory can be written, without a trace: creates an empty file in it, or in its nearest parent that exists,
     * and deletes it. On an object store this is not checked, because permissions there depend on the whole path.
     *
     * @throws CardinalException if the file cannot be created
     * @throws IOException if the file system fails
     */
    public void requireWritable() throws IOException {
        if (fileSystem.hasPathCapability(directory, AtomicFiles.OBJECT_STORE)) {
            return;
        }
        Path existing = fileSystem.makeQualified(directory);
        while (existing.getParent() != null && !fileSystem.exists(existing)) {
            existing = existing.getParent();
        }
        Path trial = new Path(existing, AtomicFiles.temporaryName("write-check"));
        try {
            fileSystem.create(trial, true).close();
            fileSystem.delete(trial, false);
        } catch (IOException e) {
            throw CardinalException.output("output " + directory + " cannot be written: " + e.getMessage());
        }
    }

    /**
     * Writes a result. It replaces an earlier one with its tables, and deletes the report of that one; if writing fails, all stay.
     *
     * @throws IOException if the file system fails
     */
    public void write(Object result) throws IOException {
        Path place = fileSystem.makeQualified(new Path(directory, file));
        AtomicFiles.write(place, JsonMappers.RECORDS.writeValueAsBytes(result), configuration);
        fileSystem.delete(new Path(directory, REPORT), false);
        for (String table : tables) {
            Path staged = new Path(directory, staged(table));
            Path target = new Path(directory, table);
            fileSystem.delete(target, true);
            if (fileSystem.exists(staged) && !fileSystem.rename(staged, target)) {
                throw new IOException("cannot move " + staged + " to " + target);
            }
        }
    }
}
