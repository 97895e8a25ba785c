package dev.cardinal.job.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RunLockTest {
    /** Beyond the highest that Linux and macOS give. */
    private static final long NO_PROCESS = 999_999_999L;

    private static final Instant START = Instant.parse("2026-01-02T03:04:05Z");

    private final TestClock clock = new TestClock(START);

    @TempDir
    private Path table;

    private Path file;
    private FileSystem fileSystem;

    @BeforeEach
    void prepare() throws IOException {
        fileSystem = FileSystem.newInstanceLocal(new Configuration());
        file = Files.createDirectories(table.resolve("_cardinal")).resolve("lock");
    }

    @AfterEach
    void closeFileSystem() throws IOException {
        fileSystem.close();
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
        write(InetAddress.getLocalHost().getHostName(), NO_PROCESS);

        acquire().close();
    }

    /** Its number is this process's now, as in a container, where every run is process 1. */
    @Test
    void lockOfAnEarlierProcessOfTheSameNumberIsTakenOverAtOnce() throws IOException {
        write(InetAddress.getLocalHost().getHostName(), ProcessHandle.current().pid());

        acquire().close();
    }

    @Test
    void lockOfAProcessThatLivesIsHeld() throws IOException {
        long parent = ProcessHandle.current().parent().orElseThrow().pid();
        write(InetAddress.getLocalHost().getHostName(), parent);

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

    private RunLock acquire() throws IOException {
        return RunLock.acquire(fileSystem, new org.apache.hadoop.fs.Path(file.toUri()), clock);
    }

    private void write(String host, long pid) throws IOException {
        Files.writeString(file, """
                {"owner": "b7e1", "host": "%s", "pid": %d, "user": "somebody", "heartbeat": "%s"}
                """.formatted(host, pid, START));
    }
}
