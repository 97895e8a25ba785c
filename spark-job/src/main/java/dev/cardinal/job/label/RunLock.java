package dev.cardinal.job.label;

import dev.cardinal.job.label.LockFile.Content;
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
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The right to write to a predictions table or a selection, held by one run at a time: a file, in a directory of the output, that names
 * its holder and carries a heartbeat.
 *
 * <p>A lock expires when its heartbeat stops for {@link #EXPIRY} by the time of the store that keeps it, or at once when its
 * process was one of this machine and boot and is gone. A run whose lock was taken over finds out at {@link #requireHeld}, which
 * is asked before every commit is published.
 *
 * <p>Where the store creates no file exclusively (S3), one run's write may follow another's. Therefore whoever has written waits
 * {@link #SETTLING} and then looks whether the lock is still its own, and whoever took longer than half of that from looking to
 * having written gives up: so each of two sees the other's lock either before it writes or after it has waited. A heartbeat gives
 * up as well if it comes so late that the lock may have expired, and took so long that it may have replaced another's. These
 * spans are measured by this process's own clock.
 *
 * <p>Closing deletes the file. Thread-safe; lives on the driver.
 */
public final class RunLock implements AutoCloseable {
    static final Duration EXPIRY = Duration.ofSeconds(60);
    static final Duration SETTLING = Duration.ofSeconds(3);
    private static final Duration PROMPT = SETTLING.dividedBy(2);
    private static final Duration FRESH = EXPIRY.dividedBy(2);
    /** The times of a store may be whole seconds: two of them differ from their true distance by up to one. */
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
    private volatile boolean isTaken;
    private boolean isLost;

    private RunLock(LockFile file, Clock clock) {
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
            lock.isTaken = true;
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
        Optional<Content> holder = file.read();
        if (holder.isPresent() && isAlive(holder.get())) {
            throw CardinalException.output("another run is writing to " + file.table() + ": " + describe(holder.get())
                    + "; wait for it to end, or name another --output");
        }
        holder.ifPresent(gone -> LOG.info("taking over the lock of a run that is gone: {}", describe(gone)));
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

    /** Writes the lock where another may do so at the same time. */
    private void replace(Optional<Content> seen, Backoff settling) throws IOException {
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

    /**
     * Checks that a run of this process still holds the lock of a table, for a commit protocol, which can throw nothing checked.
     *
     * @param table directory of the table
     * @throws IllegalStateException if none does: nothing must be written to the table any more
     */
    static void requireHeldToCommit(String table) {
        RunLock lock = takenHere(table)
                .orElseThrow(() -> new IllegalStateException("no run of this process holds the lock of " + table));
        try {
            lock.requireHeld();
        } catch (IOException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    /** Whether a run of this process still holds the lock of a table, for a commit protocol. */
    static boolean isHeld(String table) {
        return takenHere(table).filter(RunLock::isHeld).isPresent();
    }

    private static Optional<RunLock> takenHere(String table) {
        return HELD_HERE.values().stream()
                .filter(lock -> lock.isTaken && lock.file.table().toString().equals(table))
                .findAny();
    }

    /** Whether the lock is still this run's. */
    public boolean isHeld() {
        try {
            requireHeld();
            return true;
        } catch (IOException e) {
            LOG.info("the table is no longer this run's: {}", e.getMessage());
            return false;
        }
    }

    /**
     * Checks that the lock is still this run's, and will be for the next half minute.
     *
     * @throws IOException if it is gone or another run's: this run must not write any more
     */
    public synchronized void requireHeld() throws IOException {
        requireOwn();
        if (elapsed(lastBeat).compareTo(FRESH) >= 0) {
            renew();
        }
    }

    private void requireOwn() throws IOException {
        Optional<Content> holder = file.read();
        if (isLost || !isOwn(holder)) {
            isLost = true;
            throw lost(holder.filter(content -> !content.owner().equals(owner))
                    .map(RunLock::describe)
                    .orElse("nobody, it was deleted or held too late"));
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
            throw lost("nobody, or a run whose lock was overwritten");
        }
        lastBeat = begun;
    }

    private IOException lost(String to) {
        return new IOException("lost the lock " + file + " to " + to
                + ": this run had no heartbeat for too long; nothing more is written, run it again to continue");
    }

    /** Shows that this run lives; the lock does it by itself. */
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

    private boolean isOwn(Optional<Content> holder) {
        return holder.isPresent() && holder.get().owner().equals(owner);
    }

    private boolean isAlive(Content holder) throws IOException {
        boolean isOfTheseProcesses = !PROCESSES.isEmpty()
                && holder.text("processes", "").equals(PROCESSES)
                && holder.text("host", "").equals(host());
        if (isOfTheseProcesses && isGone(holder)) {
            return false;
        }
        return file.age(holder, owner).compareTo(EXPIRY) < 0;
    }

    /** Whether the holder's process has ended; its number may have come to be this process's own since. */
    private static boolean isGone(Content holder) {
        long pid = holder.content().path("pid").asLong();
        boolean isThisProcess = pid == ProcessHandle.current().pid();
        return isThisProcess
                ? !HELD_HERE.containsKey(holder.owner())
                : ProcessHandle.of(pid).isEmpty();
    }

    private static String describe(Content holder) {
        return "process " + holder.text("pid", "?") + " of user " + holder.text("user", "?") + " on "
                + holder.text("host", "?") + ", last heartbeat " + holder.written();
    }

    private Duration elapsed(Instant since) {
        return Duration.between(since, clock.instant());
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
