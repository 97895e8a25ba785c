package dev.cardinal.job.evaluate;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.cardinal.job.UserPath;
import dev.cardinal.job.WholeFile;
import dev.cardinal.zoo.CardinalException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The output of a command whose result is one JSON file: that file and the report made of it. Lives on the driver; immutable.
 */
public final class ResultDirectory {
    private static final String REPORT = "report.html";
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build();

    private final Configuration configuration;
    private final FileSystem fileSystem;
    private final Path directory;
    private final String file;

    private ResultDirectory(Configuration configuration, FileSystem fileSystem, Path directory, String file) {
        this.configuration = configuration;
        this.fileSystem = fileSystem;
        this.directory = directory;
        this.file = file;
    }

    /**
     * The directory that {@code --output} names, which need not exist.
     *
     * @param file name of the JSON file
     * @throws CardinalException if the text is no path
     * @throws IOException if the file system fails
     */
    public static ResultDirectory of(String output, String file, Configuration configuration) throws IOException {
        Path directory = UserPath.of("output", output);
        return new ResultDirectory(configuration, directory.getFileSystem(configuration), directory, file);
    }

    /**
     * Checks that it holds nothing, or an earlier result, which the next one replaces.
     *
     * @throws CardinalException if it is a file or holds something else
     * @throws IOException if the file system fails
     */
    public void requireVacant() throws IOException {
        FileStatus status;
        try {
            status = fileSystem.getFileStatus(directory);
        } catch (FileNotFoundException e) {
            return;
        }
        if (!status.isDirectory()) {
            throw CardinalException.output("output " + directory + " is a file; name a directory");
        }
        for (FileStatus entry : fileSystem.listStatus(directory)) {
            if (!mayHold().contains(entry.getPath().getName())) {
                throw CardinalException.output("output " + directory + " already holds something else ("
                        + entry.getPath().getName() + "); name another --output");
            }
        }
    }

    /** An earlier result, and what a crash has left of one that was being written. */
    private Set<String> mayHold() {
        return Set.of(file, REPORT, WholeFile.arriving(file), WholeFile.arriving(REPORT));
    }

    /**
     * Writes a result in the place of an earlier one, whose report goes with it. Where that fails, both of the earlier one
     * stay.
     *
     * @throws IOException if the file system fails
     */
    public void write(Object result) throws IOException {
        Path place = fileSystem.makeQualified(new Path(directory, file));
        WholeFile.write(place, MAPPER.writeValueAsBytes(result), configuration);
        fileSystem.delete(new Path(directory, REPORT), false);
    }
}
