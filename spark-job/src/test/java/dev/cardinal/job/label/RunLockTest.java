package dev.cardinal.job.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FilterFileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RunLockTest extends RunLockContract {
    /** A process id larger than any on Linux and macOS. */
    private static final long NO_PROCESS = 999_999_999L;

    private static final Instant START = Instant.parse("2026-01-02T03:04:05Z");

    private final TestClock clock = new TestClock(START);

    @TempDir
    private Path table;

    private Path file;
    private final ClockedFileSystem disk = new ClockedFileSystem(clock);
    private final FileSystem fileSystem = new LocalFileSystem(disk);

    @BeforeEach
    void initializeFileSystem() throws IOException {
        fileSystem.initialize(URI.create("file:///"), new Configuration());
        file = Files.createDirectories(table.resolve("_cardinal")).resolve("lock");
    }

    @AfterEach
    void closeFileSystem() throws IOException {
        fileSystem.close();
    }

    @Override
    FileSystem store() {
        return fileSystem;
    }

    @Override
    org.apache.hadoop.fs.Path lockOfANewTable() {
        return new org.apache.hadoop.fs.Path(table.resolve("new/_cardinal/lock").toUri());
    }

    @Test
    void secondRunIsRejectedWithTheHolder() throws IOException {
        try (RunLock lock = acquire()) {
            assertThatThrownBy(this::acquire)
                    .isInstanceOf(CardinalException.class)
                    .hasMessageContaining("another run is writing to file:" + table)
                    .hasMessageContaining("process " + ProcessHandle.current().pid())
                    .hasMessageContaining("on " + InetAddress.getLocalHost().getHostName())
                    .hasMessageContaining("last heartbeat 2026-01-02T03:04:05Z")
                    .hasMessageContaining("--output");
            lock.requireHeld();
        }
    }

    @Test
    void closedLockCanBeAcquiredAgain() throws IOException {
        acquire().close();

        assertThat(table.resolve("_cardinal")).isEmptyDirectory();
        try (RunLock again = acquire()) {
            again.requireHeld();
        }
    }

    @ParameterizedTest
    @CsvSource({"59, held", "60, expired", "3600, expired"})
    void lockExpiresWithoutAHeartbeat(long seconds, String expected) throws IOException {
        try (RunLock first = acquire()) {
            clock.advance(Duration.ofSeconds(seconds));
            if (expected.equals("held")) {
                assertThatThrownBy(this::acquire).isInstanceOf(CardinalException.class);
                first.requireHeld();
            } else {
                try (RunLock second = acquire()) {
                    second.requireHeld();
                }
            }
        }
    }

    @Test
    void heartbeatKeepsTheLock() throws IOException {
        try (RunLock lock = acquire()) {
            clock.advance(Duration.ofSeconds(59));
            lock.beat();
            clock.advance(Duration.ofSeconds(59));

            assertThatThrownBy(this::acquire)
                    .isInstanceOf(CardinalException.class)
                    .hasMessageContaining("last heartbeat 2026-01-02T03:05:04Z");
            lock.requireHeld();
        }
    }

    @Test
    void lockThatAnotherRunTookOverIsLost() throws IOException {
        RunLock lost = acquire();
        clock.advance(RunLock.EXPIRY);
        try (RunLock successor = acquire()) {
            lost.beat();

            assertThatThrownBy(lost::requireHeld)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("lost the lock")
                    .hasMessageContaining("process " + ProcessHandle.current().pid())
                    .hasMessageContaining("run the same command again to continue");
            lost.close();
            successor.requireHeld();
        }
        assertThat(file).doesNotExist();
    }

    @Test
    void lockThatWasDeletedIsLost() throws IOException {
        try (RunLock lock = acquire()) {
            Files.delete(file);
            lock.beat();

            assertThatThrownBy(lock::requireHeld)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("no run: it was deleted");
        }
        assertThat(file).doesNotExist();
    }

    @Test
    void lockOfADeadProcessIsTakenOverAtOnce() throws IOException {
        writeOfTheseProcesses(NO_PROCESS);

        acquire().close();
    }

    /** The id belongs to this process now, as in a container, where every run is process 1. */
    @Test
    void lockOfAnEarlierProcessWithTheSameIdIsTakenOverAtOnce() throws IOException {
        writeOfTheseProcesses(ProcessHandle.current().pid());

        acquire().close();
    }

    /** Two containers have the same host name; each sees only its own processes, and both runs may be process 1. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void lockOfAnotherContainerWithThisHostNameIsHeldUntilItExpires(boolean sameId) throws IOException {
        write(
                InetAddress.getLocalHost().getHostName(),
                sameId ? ProcessHandle.current().pid() : NO_PROCESS);

        assertThatThrownBy(this::acquire)
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("another run is writing");
        clock.advance(RunLock.EXPIRY);
        acquire().close();
    }

    @Test
    void lockOfALivingProcessIsHeld() throws IOException {
        long parent = ProcessHandle.current().parent().orElseThrow().pid();
        writeOfTheseProcesses(parent);

        assertThatThrownBy(this::acquire)
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("process " + parent + " of user somebody");
    }

    @Test
    void lockOfAnotherMachineIsHeldUntilItExpires() throws IOException {
        write("elsewhere.example", NO_PROCESS);

        assertThatThrownBy(this::acquire)
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("on elsewhere.example");
        clock.advance(RunLock.EXPIRY);
        acquire().close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{\"owner\":\"b7e1\",\"host\":\"he", "{}", "null", "[]"})
    void incompleteLockHasTheTimeOfItsFile(String content) throws IOException {
        Files.writeString(file, content);
        Files.setLastModifiedTime(file, FileTime.from(START.minusSeconds(59)));

        assertThatThrownBy(this::acquire)
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("last heartbeat 2026-01-02T03:03:06Z");
        clock.advance(Duration.ofSeconds(1));
        acquire().close();
    }

    /** The state after a crash, or during a heartbeat, on a file system with checksum files. */
    @Test
    void lockWithAWrongChecksumHasTheTimeOfItsFile() throws IOException {
        RunLock crashed = acquire();
        String content = Files.readString(file);
        Files.writeString(file, content.substring(0, content.length() / 2));
        Files.setLastModifiedTime(file, FileTime.from(START));

        assertThatThrownBy(this::acquire)
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("another run is writing");
        clock.advance(RunLock.EXPIRY);
        try (RunLock next = acquire()) {
            crashed.close();
            next.requireHeld();
        }
    }

    /** The situation on S3, where a run may overwrite a lock that it has not seen. */
    @Test
    void laterWriterGetsTheLock() throws IOException {
        assertThatThrownBy(() -> acquireWithoutExclusiveCreation(() -> write("elsewhere.example", NO_PROCESS)))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("another run has just begun to write to file:" + table);
        assertThat(file).content().contains("elsewhere.example");
    }

    @Test
    void lockThatIsWrittenTooSlowlyIsNotAcquired() {
        disk.slowDown(RunLock.SETTLING);

        assertThatThrownBy(() -> acquireWithoutExclusiveCreation(() -> {}))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("took more than 1500 ms");
        assertThat(file).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({"50, 3, held", "59, 1, held", "59, 3, lost"})
    void heartbeatThatIsWrittenTooLateLosesTheLock(long late, long slow, String expected) throws IOException {
        RunLock lock = RunLock.acquire(disk, new org.apache.hadoop.fs.Path(file.toUri()), clock);
        clock.advance(Duration.ofSeconds(late));
        disk.slowDown(Duration.ofSeconds(slow));

        lock.beat();

        if (expected.equals("held")) {
            lock.requireHeld();
        } else {
            assertThatThrownBy(lock::requireHeld).hasMessageContaining("lost the lock");
        }
        disk.slowDown(Duration.ZERO);
        lock.close();
        assertThat(file).doesNotExist();
    }

    /** Ensures that a commit is published while the lock is valid. */
    @Test
    void checkingAHalfExpiredLockRenewsIt() throws IOException {
        try (RunLock lock = acquire()) {
            clock.advance(Duration.ofSeconds(40));
            lock.requireHeld();
            clock.advance(Duration.ofSeconds(40));

            assertThatThrownBy(this::acquire).isInstanceOf(CardinalException.class);
        }
    }

    private interface IoAction {
        void run() throws IOException;
    }

    private void acquireWithoutExclusiveCreation(IoAction settling) throws IOException {
        LockFile lockFile = new LockFile(new FilterFileSystem(disk), new org.apache.hadoop.fs.Path(file.toUri()));
        RunLock.acquire(lockFile, clock, failures -> {
                    try {
                        settling.run();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                })
                .close();
    }

    private RunLock acquire() throws IOException {
        return RunLock.acquire(fileSystem, new org.apache.hadoop.fs.Path(file.toUri()), clock);
    }

    /** Writes a lock as this process would, but with another owner and process id. */
    private void writeOfTheseProcesses(long pid) throws IOException {
        RunLock own = acquire();
        String content = Files.readString(file);
        own.close();
        Files.writeString(
                file,
                content.replaceFirst("\"owner\":\"[^\"]+\"", "\"owner\":\"b7e1\"")
                        .replaceFirst("\"user\":\"[^\"]+\"", "\"user\":\"somebody\"")
                        .replaceFirst("\"pid\":\\d+", "\"pid\":" + pid));
    }

    private void write(String host, long pid) throws IOException {
        Files.writeString(file, String.format(Locale.ROOT, """
                {"owner": "b7e1", "host": "%s", "pid": %d, "user": "somebody"}
                """, host, pid));
        Files.setLastModifiedTime(file, FileTime.from(START));
    }
}
