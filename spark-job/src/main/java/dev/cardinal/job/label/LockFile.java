package dev.cardinal.job.label;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.cardinal.job.common.JsonMappers;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.fs.ChecksumException;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/**
 * The file of a {@link RunLock}: names the holder of the lock, with the time at which the store wrote it. Ages are differences
 * between two times of the same store, so that no machine's clock matters. Stateless; thread-safe.
 */
final class LockFile {
    private static final ObjectWriter WRITER = JsonMappers.RECORDS.writer().without(SerializationFeature.INDENT_OUTPUT);
    private static final Set<String> SCHEMES_WITH_EXCLUSIVE_CREATION = Set.of("hdfs", "webhdfs", "swebhdfs", "viewfs");

    private final FileSystem fileSystem;
    private final Path path;

    LockFile(FileSystem fileSystem, Path path) {
        this.fileSystem = fileSystem;
        this.path = path;
    }

    /**
     * Content of the file.
     *
     * @param content the holder of the lock; missing if the file is half written, because of a crash or a heartbeat in progress
     * @param written time of writing, by the store's clock
     */
    record LockContent(JsonNode content, Instant written) {
        String owner() {
            return text("owner", "");
        }

        String text(String field, String absent) {
            return content.path(field).asText(absent);
        }
    }

    /** Returns the directory of the table that the lock is for. */
    Path table() {
        return path.getParent().getParent();
    }

    Optional<LockContent> read() throws IOException {
        return read(path);
    }

    private Optional<LockContent> read(Path file) throws IOException {
        try {
            FileStatus status = fileSystem.getFileStatus(file);
            return Optional.of(new LockContent(json(file), Instant.ofEpochMilli(status.getModificationTime())));
        } catch (FileNotFoundException e) {
            return Optional.empty();
        }
    }

    private JsonNode json(Path file) throws IOException {
        try (InputStream in = fileSystem.open(file)) {
            return JsonMappers.RECORDS.readTree(in);
        } catch (JsonProcessingException | ChecksumException e) {
            return MissingNode.getInstance();
        }
    }

    /** Returns whether {@link #create} lets only one of several processes succeed. */
    boolean isCreatedExclusively() {
        return localFile().isPresent()
                || SCHEMES_WITH_EXCLUSIVE_CREATION.contains(fileSystem.getUri().getScheme());
    }

    /** Writes the file if it does not exist; returns false if it does. */
    boolean create(Map<String, Object> content) throws IOException {
        Optional<File> local = localFile();
        try {
            if (local.isPresent()) { // Hadoop checks whether a local file exists and then creates it, which is not
                // atomic
                fileSystem.mkdirs(path.getParent());
                Files.createFile(local.get().toPath());
                write(path, content, true);
            } else {
                write(path, content, false);
            }
            return true;
        } catch (FileAlreadyExistsException | java.nio.file.FileAlreadyExistsException e) {
            return false;
        }
    }

    private Optional<File> localFile() {
        if (fileSystem instanceof LocalFileSystem local) {
            return Optional.of(local.pathToFile(path));
        }
        return fileSystem instanceof RawLocalFileSystem local ? Optional.of(local.pathToFile(path)) : Optional.empty();
    }

    /** Writes the file, replacing an existing one. */
    void replace(Map<String, Object> content) throws IOException {
        write(path, content, true);
    }

    /** Removes the file that was read, by a rename, which is atomic if creation is exclusive. */
    void remove(Optional<LockContent> seen, String owner) throws IOException {
        Path abandoned = new Path(path.getParent(), "lock." + owner);
        try {
            if (!fileSystem.rename(path, abandoned)) {
                return;
            }
        } catch (FileNotFoundException e) {
            return;
        }
        if (read(abandoned).equals(seen)) {
            fileSystem.delete(abandoned, false);
        } else {
            fileSystem.rename(abandoned, path); // another run has taken over in between: the file is that run's
        }
    }

    void delete() throws IOException {
        fileSystem.delete(path, false);
    }

    /** Returns the age of the file by the store's clock: the difference to a file that is written for this comparison. */
    Duration age(LockContent content, String owner) throws IOException {
        Path probe = new Path(path.getParent(), ".lock-time-" + owner);
        try {
            write(probe, Map.of(), true);
            long now = fileSystem.getFileStatus(probe).getModificationTime();
            return Duration.between(content.written(), Instant.ofEpochMilli(now));
        } finally {
            fileSystem.delete(probe, false);
        }
    }

    private void write(Path file, Map<String, Object> content, boolean overwrite) throws IOException {
        byte[] json = WRITER.writeValueAsBytes(content);
        try (OutputStream out = fileSystem.create(file, overwrite)) {
            out.write(json);
        }
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
