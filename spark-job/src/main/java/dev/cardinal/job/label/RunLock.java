package dev.cardinal.job.label;

import dev.cardinal.job.common.DaemonThreads;
import dev.cardinal.job.label.LockFile.LockContent;
import dev.cardinal.zoo.Backoff;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The exclusive right to write to a predictions table or a selection: a file, in a directory of the output, that names its holder and
 * carries a heartbeat.
 *
 * <p>A lock expires if its heartbeat stops for {@link #EXPIRY} by the clock of the store, or at once if its process ran on this
 * machine since the last boot and has ended. A run that lost its lock detects that in {@link #requireHeld}, which is called
 * before every commit is published.
 *
 * <p>If the store has no exclusive creation of files (S3), the writes of two runs may both succeed, one after the other.
 * Therefore a run that has written the lock waits {@link #SETTLING} and then checks that the lock is still its own. A run gives up if
 * more than half of that passed between checking for a lock and having written its own. So each of two runs sees the
 * other's lock, either before it writes or after it has waited. A heartbeat also gives up if it is so late that the lock may have
 * expired, and took so long that it may have replaced another run's lock. These times are measured by this process's own clock.
 *
 * <p>Closing deletes the file. Thread-safe; lives on the driver.
 */
public final class RunLock implements AutoCloseable {
    static final Duration EXPIRY = Duration.ofSeconds(60);
    static final Duration SETTLING = Duration.ofSeconds(3);
    private static final Duration PROMPT = SETTLING.dividedBy(2);
    private static final Duration FRESH = EXPIRY.dividedBy(2);
    /** Times of a store may be whole seconds: the difference of two of them may be wrong by up to one second. */
    private static final Duration IN_TIME = EXPIRY.minusSeconds(2);

    private static final Duration BEAT = Duration.ofSeconds(10);
    private static final Logger LOG = LoggerFactory.getLogger(RunLock.class);
    private static final Map<String, RunLock> HELD_HERE = new ConcurrentHashMap<>();

    private static final String PROCESSES = processes();

    private final LockFile file;
    private final Clock clock;
    private final String owner = UUID.randomUUID().toString();
    private final ScheduledExecutorService heart;
    private Instant lastBeat = Instant.EPOCH;
    private boolean isLost;

    private RunLock(LockFile file, Clock clock) {
        this.file = file;
        this.clock = clock;
        this.heart = DaemonThreads.scheduler("cardinal-lock-heartbeat");
    }

    /**
     * Takes the lock.
     *
     * @throws CardinalException if another run holds it, naming that run
     * @throws IOException if the file system fails
     */
    public static RunLock acquire(FileSystem fileSystem, Path file, Clock clock) throws IOException {
        return acquire(new LockFile(fileSystem, file), clock, failures -> sleep(SETTLING));
    }

    /**
     * Takes the lock.
     *
     * @param settling waits {@link #SETTLING}
     */
    @SuppressWarnings("FutureReturnValueIgnored") // a heartbeat catches what it throws; a missing one expires the lock
    static RunLock acquire(LockFile file, Clock clock, Backoff settling) throws IOException {
        RunLock lock = new RunLock(file, clock);
        HELD_HERE.put(lock.owner, lock);
        try {
            lock.take(settling);
        } catch (IOException | RuntimeException e) {
            HELD_HERE.remove(lock.owner);
            lock.heart.shutdownNow();
            throw e;
        }
        long beat = BEAT.toMillis();
        lock.heart.scheduleWithFixedDelay(lock::beat, beat, beat, TimeUnit.MILLISECONDS);
        return lock;
    }

    private static void sleep(Duration duration) throws InterruptedIOException {
        try {
            TimeUnit.MILLISECONDS.sleep(duration.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while taking a lock");
        }
    }

    private void take(Backoff settling) throws IOException {
        Instant begun = clock.instant();
        if (file.isCreatedExclusively() && file.create(content())) {
            lastBeat = begun;
            return;
        }
        Optional<LockContent> holder = file.read();
        if (holder.isPresent() && isAlive(holder.get())) {
            throw CardinalException.output("another run is writing to " + file.table() + ": " + describe(holder.get())
                    + "; wait for it to end, or name another --output");
        }
        holder.ifPresent(ended -> LOG.info("taking over the lock of a run that has ended: {}", describe(ended)));
        lastBeat = clock.instant();
        if (file.isCreatedExclusively()) {
            file.remove(holder, owner);
            if (!file.create(content())) {
                throw justBegun();
            }
        } else {
            replace(holder, settling);
        }
    }

    /** Writes the lock on a store where another run may write it at the same time. */
    private void replace(Optional<LockContent> seen, Backoff settling) throws IOException {
        Instant looked = clock.instant();
        if (!file.read().equals(seen)) {
            throw justBegun();
        }
        file.replace(content());
        if (elapsed(looked).compareTo(PROMPT) > 0) {
            deleteOwn();
            throw new IOException("cannot take the lock " + file + ": the store took more than " + PROMPT.toMillis()
                    + " ms to write it; run the same command again");
        }
        settling.pause(1);
        if (!isOwn(file.read())) {
            throw justBegun();
        }
    }

    private CardinalException justBegun() {
        return CardinalException.output("another run has just begun to write to " + file.table()
                + "; wait for it to end, or name another --output");
    }

    /** Returns whether this run still holds the lock. */
    public boolean isHeld() {
        try {
            requireHeld();
            return true;
        } catch (IOException e) {
            LOG.info("this run no longer holds the lock of the table: {}", e.getMessage());
            return false;
        }
    }

    /**
     * Checks that this run holds the lock, and will hold it for the next half minute.
     *
     * @throws IOException if the lock is deleted or held by another run: this run must stop writing
     */
    public synchronized void requireHeld() throws IOException {
        requireOwn();
        if (elapsed(lastBeat).compareTo(FRESH) >= 0) {
            renew();
        }
    }

    private void requireOwn() throws IOException {
        Optional<LockContent> holder = file.read();
        if (isLost || !isOwn(holder)) {
            isLost = true;
            throw lost(holder.filter(content -> !content.owner().equals(owner))
                    .map(RunLock::describe)
                    .orElse("no run: it was deleted, or the heartbeat was too late"));
        }
    }

    private void renew() throws IOException {
        Instant looked = clock.instant();
        requireOwn();
        Instant begun = clock.instant();
        file.replace(content());
        boolean wasInTime = elapsed(lastBeat).compareTo(IN_TIME) < 0;
        if (!wasInTime && elapsed(looked).compareTo(PROMPT) > 0) {
            isLost = true;
            deleteOwn();
            throw lost("no run, or one whose lock was overwritten");
        }
        lastBeat = begun;
    }

    private IOException lost(String to) {
        return new IOException(
                "lost the lock " + file + " to " + to
                        + ": this run sent no heartbeat for too long; nothing more is written, run the same command again to continue");
    }

    /** Shows that this run is alive; the lock calls it periodically. */
    synchronized void beat() {
        try {
            renew();
        } catch (IOException | RuntimeException e) {
            LOG.warn("no heartbeat in {}: {}", file, e.getMessage());
        }
    }

    private Map<String, Object> content() {
        Map<String, Object> content = new LinkedHashMap<>();
        content.put("owner", owner);
        content.put("host", host());
        content.put("pid", ProcessHandle.current().pid());
        content.put("processes", PROCESSES);
        content.put("user", System.getProperty("user.name"));
        return content;
    }

    private boolean isOwn(Optional<LockContent> holder) {
        return holder.isPresent() && holder.get().owner().equals(owner);
    }

    private boolean isAlive(LockContent holder) throws IOException {
        boolean isOfTheseProcesses = !PROCESSES.isEmpty()
                && holder.text("processes", "").equals(PROCESSES)
                && holder.text("host", "").equals(host());
        if (isOfTheseProcesses && isGone(holder)) {
            return false;
        }
        return file.age(holder, owner).compareTo(EXPIRY) < 0;
    }

    /** Returns whether the holder's process has ended; this process may have got the same number since. */
    private static boolean isGone(LockContent holder) {
        long pid = holder.content().path("pid").asLong();
        boolean isThisProcess = pid == ProcessHandle.current().pid();
        return isThisProcess
                ? !HELD_HERE.containsKey(holder.owner())
                : ProcessHandle.of(pid).isEmpty();
    }

    private static String describe(LockContent holder) {
        return "process " + holder.text("pid", "?") + " of user " + holder.text("user", "?") + " on "
                + holder.text("host", "?") + ", last heartbeat " + holder.written();
    }

    private Duration elapsed(Instant since) {
        return Duration.between(since, clock.instant());
    }

    /** Identifies the processes that can see each other: same boot and same pid namespace; empty if unknown. */
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

    private void deleteOwn() throws IOException {
        if (isOwn(file.read())) {
            file.delete();
        }
    }

    @Override
    public synchronized void close() throws IOException {
        heart.shutdownNow();
        HELD_HERE.remove(owner);
        deleteOwn();
    }
}
