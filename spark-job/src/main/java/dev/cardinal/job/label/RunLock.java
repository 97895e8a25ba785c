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
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
 * <p>A lock expires when its heartbeat stops for {@link #EXPIRY}, or at once when its process was on this machine and is gone.
 * A run whose lock was taken over notices at its next heartbeat, or at {@link #requireHeld}, and must not commit. Closing
 * deletes the file. Thread-safe; lives on the driver.
 */
final class RunLock implements AutoCloseable {
    static final Duration EXPIRY = Duration.ofSeconds(60);
    private static final Duration BEAT = Duration.ofSeconds(10);
    private static final Logger LOG = LoggerFactory.getLogger(RunLock.class);
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final Set<String> HELD_HERE = ConcurrentHashMap.newKeySet();

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
        HELD_HERE.add(lock.owner);
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
        // Moving the file away succeeds for one of several runs that find it abandoned.
        Path abandoned = new Path(file.getParent(), "lock." + owner);
        if (fileSystem.rename(file, abandoned)) {
            fileSystem.delete(abandoned, false);
        }
        if (!write(false)) {
            throw CardinalException.output("another run has just begun to write to "
                    + file.getParent().getParent() + "; wait for it to end, or name another --output");
        }
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
        try (InputStream in = fileSystem.open(file)) {
            JsonNode content = MAPPER.readTree(in);
            if (content.hasNonNull("heartbeat")) {
                return Optional.of(content);
            }
        } catch (FileNotFoundException e) {
            return Optional.empty();
        } catch (JsonProcessingException | ChecksumException e) {
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
        if (holder.path("host").asText().equals(host()) && isGone(holder)) {
            return false;
        }
        Instant heartbeat = Instant.parse(holder.path("heartbeat").asText());
        return heartbeat.plus(EXPIRY).isAfter(clock.instant());
    }

    /** A process of this number may be another one than the holder, as in containers, unless this process knows the owner. */
    private static boolean isGone(JsonNode holder) {
        long pid = holder.path("pid").asLong();
        boolean isThisProcess = pid == ProcessHandle.current().pid();
        return isThisProcess
                ? !HELD_HERE.contains(holder.path("owner").asText())
                : ProcessHandle.of(pid).isEmpty();
    }

    private static String describe(JsonNode holder) {
        return "process " + holder.path("pid").asText("?") + " of user "
                + holder.path("user").asText("?") + " on " + holder.path("host").asText("?")
                + ", last heartbeat " + holder.path("heartbeat").asText("?");
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
