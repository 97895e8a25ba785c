package dev.cardinal.job.label;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
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
 * The file of a {@link RunLock}: who holds the lock, dated by the store that keeps it. Ages are differences between two of the
 * store's own times, so that no machine's clock matters. Stateless; thread-safe.
 */
final class LockFile {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final Set<String> SCHEMES_WITH_EXCLUSIVE_CREATION = Set.of("hdfs", "webhdfs", "swebhdfs", "viewfs");

    private final FileSystem fileSystem;
    private final Path path;

    LockFile(FileSystem fileSystem, Path path) {
        this.fileSystem = fileSystem;
        this.path = path;
    }

    /**
     * What the file says.
     *
     * @param content who holds the lock; missing where the file is half written, as a crash or a heartbeat under way may leave it
     * @param written by the store's time
     */
    record Content(JsonNode content, Instant written) {
        String owner() {
            return text("owner", "");
        }

        String text(String field, String absent) {
            return content.path(field).asText(absent);
        }
    }

    /** Directory of the table that the lock is for. */
    Path table() {
        return path.getParent().getParent();
    }

    Optional<Content> read() throws IOException {
        return read(path);
    }

    private Optional<Content> read(Path file) throws IOException {
        try {
            FileStatus status = fileSystem.getFileStatus(file);
            return Optional.of(new Content(json(file), Instant.ofEpochMilli(status.getModificationTime())));
        } catch (FileNotFoundException e) {
            return Optional.empty();
        }
    }

    private JsonNode json(Path file) throws IOException {
        try (InputStream in = fileSystem.open(file)) {
            return MAPPER.readTree(in);
        } catch (JsonProcessingException | ChecksumException e) {
            return MissingNode.getInstance();
        }
    }

    /** Whether {@link #create} lets only one of several win. */
    boolean isCreatedExclusively() {
        return localFile().isPresent()
                || SCHEMES_WITH_EXCLUSIVE_CREATION.contains(fileSystem.getUri().getScheme());
    }

    /** Writes the file where there is none; returns false where there is one. */
    boolean create(Map<String, Object> content) throws IOException {
        Optional<File> local = localFile();
        try {
            if (local.isPresent()) { // Hadoop looks whether a local file is there, and then makes it
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

    /** Writes the file in the place of the one there is, if there is one. */
    void replace(Map<String, Object> content) throws IOException {
        write(path, content, true);
    }

    /** Takes away the file that was seen, by a rename, which is atomic where creation is exclusive. */
    void remove(Optional<Content> seen, String owner) throws IOException {
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
            fileSystem.rename(abandoned, path); // another run has taken over since: it is its file
        }
    }

    void delete() throws IOException {
        fileSystem.delete(path, false);
    }

    /** How long ago, by the store's time, this was written: as long as it is older than a file that is written now. */
    Duration age(Content content, String owner) throws IOException {
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
        byte[] json = MAPPER.writeValueAsBytes(content);
        try (OutputStream out = fileSystem.create(file, overwrite)) {
            out.write(json);
        }
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
