package dev.cardinal.job.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;

/** Tests that apply to the lock on every file system. */
abstract class RunLockContract {
    /** Returns the file system of the lock. */
    abstract FileSystem store();

    /** Returns the lock file of a table whose directory does not exist yet. */
    abstract Path lockOfANewTable() throws IOException;

    @Test
    void heldLockRejectsOthersUntilItIsClosed() throws IOException {
        Path file = lockOfANewTable();
        try (RunLock lock = acquire(file, new TestClock(Instant.now()))) {
            assertThatThrownBy(() -> acquire(file, new TestClock(Instant.now())))
                    .isInstanceOf(CardinalException.class)
                    .hasMessageContaining(
                            "another run is writing to " + file.getParent().getParent());
            lock.requireHeld();
        }
        acquire(file, new TestClock(Instant.now())).close();

        assertThat(store().listStatus(file.getParent())).isEmpty();
    }

    @Test
    void clocksMayDifferByDays() throws IOException {
        Path file = lockOfANewTable();
        TestClock late = new TestClock(Instant.now().minus(Duration.ofDays(2)));
        TestClock early = new TestClock(Instant.now().plus(Duration.ofDays(2)));
        try (RunLock lock = acquire(file, late)) {
            assertThatThrownBy(() -> acquire(file, early)).isInstanceOf(CardinalException.class);
            lock.requireHeld();
        }
        try (RunLock lock = acquire(file, early)) {
            assertThatThrownBy(() -> acquire(file, late)).isInstanceOf(CardinalException.class);
            lock.requireHeld();
        }
    }

    @Test
    void oneOfSeveralSimultaneousRunsGetsTheLock() throws Exception {
        Path file = lockOfANewTable();
        List<RunLock> held = Collections.synchronizedList(new ArrayList<>());
        Callable<Boolean> run = () -> {
            try {
                held.add(RunLock.acquire(store(), file, new TestClock(Instant.now())));
                return true;
            } catch (CardinalException e) {
                return false;
            }
        };
        ExecutorService runs = Executors.newFixedThreadPool(4);
        try {
            int winners = 0;
            for (Future<Boolean> outcome : runs.invokeAll(Collections.nCopies(4, run))) {
                winners += outcome.get() ? 1 : 0;
            }
            assertThat(winners).isEqualTo(1);
            held.get(0).requireHeld();
        } finally {
            runs.shutdown();
            for (RunLock lock : held) {
                lock.close();
            }
        }
    }

    /** Acquires the lock without waiting for the store to settle. */
    private RunLock acquire(Path file, TestClock clock) throws IOException {
        return RunLock.acquire(new LockFile(store(), file), clock, failures -> {});
    }
}
