package dev.cardinal.job.label;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.cardinal.zoo.CardinalException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.ChecksumException;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The right to write to a predictions table, held by one run at a time: a file that names its holder and carries a heartbeat.
 *
 * <p>A lock expires when its heartbeat stops for {@link #EXPIRY}, by the clocks of the machines that hold and read it, or at once
 * when its process was one of this machine and boot and is gone. A run whose lock was taken over finds out at
 * {@link #requireHeld}, which is asked before every commit is published. Closing deletes the file. Thread-safe; lives on the
 * driver.
 */
final class RunLock implements AutoCloseable {
    static final Duration EXPIRY = Duration.ofSeconds(60);
    private static final Duration BEAT = Duration.ofSeconds(10);
    private static final Logger LOG = LoggerFactory.getLogger(RunLock.class);
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final Map<String, RunLock> HELD_HERE = new ConcurrentHashMap<>();

    private static final String PROCESSES = processes();

    private final FileSystem fileSystem;
    private final Path file;
    private final Clock clock;
    private final String owner = UUID.randomUUID().toString();
    private final ScheduledExecutorService heart;

    private RunLock(FileSystem fileSystem, Path file, Clock clock) {
        this.fileSystem = fileSystem;
        this.file = file;
        this.clock = clock;
        this.heart = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "cardinal-lock-heartbeat");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Takes the lock.
     *
     * @throws CardinalException if another run holds it, naming that run
     * @throws IOException if the file system fails
     */
    @SuppressWarnings("FutureReturnValueIgnored") // a heartbeat catches what it throws; a missing one expires the lock
    static RunLock acquire(FileSystem fileSystem, Path file, Clock clock) throws IOException {
        RunLock lock = new RunLock(fileSystem, file, clock);
        HELD_HERE.put(lock.owner, lock);
        try {
            lock.take();
            lock.requireHeld();
        } catch (IOException | RuntimeException e) {
            HELD_HERE.remove(lock.owner);
            lock.heart.shutdownNow();
            throw e;
        }
        long beat = BEAT.toMillis();
        lock.heart.scheduleWithFixedDelay(lock::beat, beat, beat, TimeUnit.MILLISECONDS);
        return lock;
    }

    private void take() throws IOException {
        if (write(false)) {
            return;
        }
        Optional<JsonNode> holder = holder();
        if (holder.isPresent() && isAlive(holder.get())) {
            throw CardinalException.output(
                    "another run is writing to " + file.getParent().getParent() + ": " + describe(holder.get())
                            + "; wait for it to end, or name another --output");
        }
        LOG.info("taking over the lock of a run that is gone: {}", holder);
        Path abandoned = new Path(file.getParent(), "lock." + owner);
        if (fileSystem.rename(file, abandoned)) {
            // Another run may have taken over since: then this is its lock, and goes back.
            if (holder.isPresent() && !holder(abandoned).equals(holder)) {
                fileSystem.rename(abandoned, file);
            } else {
                fileSystem.delete(abandoned, false);
            }
        }
        if (!write(false)) {
            throw CardinalException.output("another run has just begun to write to "
                    + file.getParent().getParent() + "; wait for it to end, or name another --output");
        }
    }

    /**
     * Checks that a run of this process still holds the lock of a table, for a commit protocol, which can throw nothing checked.
     *
     * @param table directory of the table
     * @throws IllegalStateException if none does: nothing must be written to the table any more
     */
    static void requireHeldToCommit(String table) {
        try {
            for (RunLock lock : HELD_HERE.values()) {
                if (lock.table().equals(table)) {
                    lock.requireHeld();
                    return;
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
        throw new IllegalStateException("no run of this process holds the lock of " + table);
    }

    private String table() {
        return file.getParent().getParent().toString();
    }

    /**
     * Checks that the lock is still this run's.
     *
     * @throws IOException if it is gone or another run's: this run must not write any more
     */
    synchronized void requireHeld() throws IOException {
        Optional<JsonNode> holder = holder();
        if (holder.isEmpty() || !holder.get().path("owner").asText().equals(owner)) {
            throw new IOException("lost the lock " + file + " to "
                    + holder.map(RunLock::describe).orElse("nobody, it was deleted")
                    + ": this run had no heartbeat for too long; nothing more is written, run it again to continue");
        }
    }

    /** Shows that this run lives; the lock does it by itself. */
    synchronized void beat() {
        try {
            requireHeld();
            write(true);
        } catch (IOException | RuntimeException e) {
            LOG.warn("no heartbeat in {}: {}", file, e.getMessage());
        }
    }

    /** Writes the file; returns false where it exists and may not be overwritten. */
    private boolean write(boolean overwrite) throws IOException {
        Map<String, Object> content = new LinkedHashMap<>();
        content.put("owner", owner);
        content.put("host", host());
        content.put("pid", ProcessHandle.current().pid());
        content.put("processes", PROCESSES);
        content.put("user", System.getProperty("user.name"));
        content.put("heartbeat", clock.instant().toString());
        byte[] json = MAPPER.writeValueAsBytes(content);
        try (OutputStream out = fileSystem.create(file, overwrite)) {
            out.write(json);
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        }
    }

    /**
     * The lock's content, empty where there is no lock. One without content, as a crash or a heartbeat under way may leave it,
     * is dated by its file.
     */
    private Optional<JsonNode> holder() throws IOException {
        return holder(file);
    }

    private Optional<JsonNode> holder(Path file) throws IOException {
        try (InputStream in = fileSystem.open(file)) {
            JsonNode content = MAPPER.readTree(in);
            Instant.parse(content.path("heartbeat").asText());
            return Optional.of(content);
        } catch (FileNotFoundException e) {
            return Optional.empty();
        } catch (JsonProcessingException | ChecksumException | DateTimeParseException e) {
            LOG.debug("half a lock in {}", file, e);
        }
        try {
            long modified = fileSystem.getFileStatus(file).getModificationTime();
            String heartbeat = Instant.ofEpochMilli(modified).toString();
            return Optional.of(MAPPER.createObjectNode().put("heartbeat", heartbeat));
        } catch (FileNotFoundException e) {
            return Optional.empty();
        }
    }

    private boolean isAlive(JsonNode holder) {
        boolean isOfTheseProcesses = !PROCESSES.isEmpty()
                && holder.path("processes").asText().equals(PROCESSES)
                && holder.path("host").asText().equals(host());
        if (isOfTheseProcesses && isGone(holder)) {
            return false;
        }
        Instant heartbeat = Instant.parse(holder.path("heartbeat").asText());
        return heartbeat.plus(EXPIRY).isAfter(clock.instant());
    }

    /** Whether the holder's process has ended; its number may have come to be this process's own since. */
    private static boolean isGone(JsonNode holder) {
        long pid = holder.path("pid").asLong();
        boolean isThisProcess = pid == ProcessHandle.current().pid();
        return isThisProcess
                ? !HELD_HERE.containsKey(holder.path("owner").asText())
                : ProcessHandle.of(pid).isEmpty();
    }

    private static String describe(JsonNode holder) {
        return "process " + holder.path("pid").asText("?") + " of user "
                + holder.path("user").asText("?") + " on " + holder.path("host").asText("?")
                + ", last heartbeat " + holder.path("heartbeat").asText("?");
    }

    /** Names the processes that can see each other: those of one boot and one namespace; empty where that cannot be told. */
    private static String processes() {
        try {
            return Files.readString(java.nio.file.Path.of("/proc/sys/kernel/random/boot_id"))
                            .strip()
                    + " "
                    + Files.readSymbolicLink(java.nio.file.Path.of("/proc/self/ns/pid"));
        } catch (IOException | UnsupportedOperationException e) {
            return "";
        }
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }

    @Override
    public synchronized void close() throws IOException {
        heart.shutdownNow();
        HELD_HERE.remove(owner);
        Optional<JsonNode> holder = holder();
        if (holder.isPresent() && holder.get().path("owner").asText().equals(owner)) {
            fileSystem.delete(file, false);
        }
    }
}
