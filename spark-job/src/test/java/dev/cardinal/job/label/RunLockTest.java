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
    /** Beyond the highest that Linux and macOS give. */
    private static final long NO_PROCESS = 999_999_999L;

    private static final Instant START = Instant.parse("2026-01-02T03:04:05Z");

    private final TestClock clock = new TestClock(START);

    @TempDir
    private Path table;

    private Path file;
    private final ClockedFileSystem disk = new ClockedFileSystem(clock);
    private final FileSystem fileSystem = new LocalFileSystem(disk);

    @BeforeEach
    void prepare() throws IOException {
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
    void secondHolderIsRefusedAndToldWhoHoldsIt() throws IOException {
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
    void closedLockCanBeTakenAgain() throws IOException {
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
    void lockThatWasTakenOverIsLostAndStaysTheOthers() throws IOException {
        RunLock lost = acquire();
        clock.advance(RunLock.EXPIRY);
        try (RunLock taken = acquire()) {
            lost.beat();

            assertThatThrownBy(lost::requireHeld)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("lost the lock")
                    .hasMessageContaining("process " + ProcessHandle.current().pid())
                    .hasMessageContaining("run it again to continue");
            lost.close();
            taken.requireHeld();
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
                    .hasMessageContaining("nobody, it was deleted");
        }
        assertThat(file).doesNotExist();
    }

    @Test
    void lockOfAProcessThatIsGoneIsTakenOverAtOnce() throws IOException {
        writeOfTheseProcesses(NO_PROCESS);

        acquire().close();
    }

    /** Its number is this process's now, as in a container, where every run is process 1. */
    @Test
    void lockOfAnEarlierProcessOfTheSameNumberIsTakenOverAtOnce() throws IOException {
        writeOfTheseProcesses(ProcessHandle.current().pid());

        acquire().close();
    }

    /** Two containers of one host name: each sees its own processes only, and both runs may be process 1. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void lockOfAnotherContainerOfThisHostNameIsHeldUntilItExpires(boolean sameNumber) throws IOException {
        write(
                InetAddress.getLocalHost().getHostName(),
                sameNumber ? ProcessHandle.current().pid() : NO_PROCESS);

        assertThatThrownBy(this::acquire)
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("another run is writing");
        clock.advance(RunLock.EXPIRY);
        acquire().close();
    }

    @Test
    void lockOfAProcessThatLivesIsHeld() throws IOException {
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
    void lockThatIsHalfWrittenIsDatedByItsFile(String content) throws IOException {
        Files.writeString(file, content);
        Files.setLastModifiedTime(file, FileTime.from(START.minusSeconds(59)));

        assertThatThrownBy(this::acquire)
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("last heartbeat 2026-01-02T03:03:06Z");
        clock.advance(Duration.ofSeconds(1));
        acquire().close();
    }

    /** As a crash, or a heartbeat that is just being written, leaves them on a file system with checksum files. */
    @Test
    void lockThatDoesNotMatchItsChecksumFileIsDatedByItsFile() throws IOException {
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

    /** As on S3, where a write follows another's that its writer has not seen. */
    @Test
    void whereAnotherWritesAfterwardsTheLockIsTheOthers() throws IOException {
        assertThatThrownBy(() -> acquireWithoutExclusiveCreation(() -> write("elsewhere.example", NO_PROCESS)))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("another run has just begun to write to file:" + table);
        assertThat(file).content().contains("elsewhere.example");
    }

    @Test
    void lockThatIsWrittenSoSlowlyThatItMayHaveReplacedAnotherIsNotTaken() {
        disk.slowDown(RunLock.SETTLING);

        assertThatThrownBy(() -> acquireWithoutExclusiveCreation(() -> {}))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("took more than 1500 ms");
        assertThat(file).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({"50, 3, held", "59, 1, held", "59, 3, lost"})
    void heartbeatThatMayHaveReplacedAnothersLockLosesIt(long late, long slow, String expected) throws IOException {
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

    /** A commit is published within the time that the lock is still valid. */
    @Test
    void askingForTheLockRenewsItWhereItIsHalfExpired() throws IOException {
        try (RunLock lock = acquire()) {
            clock.advance(Duration.ofSeconds(40));
            lock.requireHeld();
            clock.advance(Duration.ofSeconds(40));

            assertThatThrownBy(this::acquire).isInstanceOf(CardinalException.class);
        }
    }

    private interface Meanwhile {
        void run() throws IOException;
    }

    private void acquireWithoutExclusiveCreation(Meanwhile settling) throws IOException {
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

    /** The lock of a run on this machine, as a run of this process would write it, but for its owner and number. */
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
        Files.writeString(file, """
                {"owner": "b7e1", "host": "%s", "pid": %d, "user": "somebody"}
                """.formatted(host, pid));
        Files.setLastModifiedTime(file, FileTime.from(START));
    }
}
