package dev.cardinal.job.label;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.cardinal.job.common.AtomicFiles;
import dev.cardinal.job.common.JsonMappers;
import dev.cardinal.udf.fs.FileSystems;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is known about the files of a table: {@code _cardinal/files.json}, the rows of each file by status, so that a run does not have
 * to read the whole table to count them. An entry counts only if the file still has the same length and modification time; files
 * without a valid entry are counted again. Lives on the driver; not thread-safe.
 */
final class TableFiles {
    private static final Logger LOG = LoggerFactory.getLogger(TableFiles.class);

    private final Configuration configuration;
    private final FileSystem fileSystem;
    private final Path file;

    /**
     * One file.
     *
     * @param bytes its length
     * @param modified its modification time, in milliseconds since 1970
     * @param counts its rows by status
     */
    record TableFile(long bytes, long modified, Map<String, Long> counts) {
        private boolean isOf(FileStatus status) {
            return bytes == status.getLen() && modified == status.getModificationTime() && counts != null;
        }

        long rows() {
            return RunRecord.images(counts);
        }
    }

    /** Content of the file. */
    record Content(Map<String, TableFile> files) {}

    TableFiles(Path file, Configuration configuration) throws IOException {
        this.configuration = configuration;
        this.fileSystem = FileSystems.fileSystem(file, configuration);
        this.file = file;
    }

    /** Returns the valid entries of existing files, by name. */
    Map<String, TableFile> valid(List<FileStatus> existing) throws IOException {
        Map<String, TableFile> known = read();
        Map<String, TableFile> valid = new TreeMap<>();
        for (FileStatus status : existing) {
            String name = status.getPath().getName();
            Optional.ofNullable(known.get(name))
                    .filter(entry -> entry.isOf(status))
                    .ifPresent(entry -> valid.put(name, entry));
        }
        return valid;
    }

    /** Keeps these entries and no others. */
    void write(Map<String, TableFile> entries) throws IOException {
        AtomicFiles.write(file, JsonMappers.RECORDS.writeValueAsBytes(new Content(entries)), configuration);
    }

    static TableFile entry(FileStatus status, Map<String, Long> counts) {
        return new TableFile(status.getLen(), status.getModificationTime(), new TreeMap<>(counts));
    }

    /** Returns the rows of all files by status. */
    static Map<String, Long> total(Map<String, TableFile> entries) {
        return entries.values().stream()
                .flatMap(entry -> entry.counts().entrySet().stream())
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, Long::sum, TreeMap::new));
    }

    /** Lists the Parquet files of a directory. */
    static List<FileStatus> list(FileSystem fileSystem, Path directory) throws IOException {
        try {
            return Arrays.asList(fileSystem.listStatus(
                    directory,
                    path -> path.getName().endsWith(".parquet")
                            && !path.getName().startsWith(".")
                            && !path.getName().startsWith("_")));
        } catch (FileNotFoundException e) {
            return List.of();
        }
    }

    private Map<String, TableFile> read() throws IOException {
        try (InputStream in = fileSystem.open(file)) {
            Content content = JsonMappers.RECORDS.readValue(in, Content.class);
            return content == null || content.files() == null ? Map.of() : content.files();
        } catch (FileNotFoundException e) {
            return Map.of();
        } catch (JsonProcessingException e) {
            LOG.warn("{} is corrupt; the rows are counted again: {}", file, e.getOriginalMessage());
            return Map.of();
        }
    }
}
