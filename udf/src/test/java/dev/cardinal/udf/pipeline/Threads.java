package dev.cardinal.udf.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

/** Finds threads of this process by name, and waits for their state. */
final class Threads {
    private Threads() {}

    static List<Thread> named(String prefix) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith(prefix))
                .toList();
    }

    /** Spins until a thread has a state. */
    static void awaitState(Thread thread, Thread.State state) {
        while (thread.getState() != state) {
            assertThat(Thread.interrupted()).as("timed out").isFalse();
            Thread.onSpinWait();
        }
    }
}
