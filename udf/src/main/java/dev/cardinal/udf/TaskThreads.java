package dev.cardinal.udf;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/** Daemon threads, and waiting for their end whatever happens. Stateless and thread-safe. */
final class TaskThreads {
    private static final long DAY = 1;

    private TaskThreads() {}

    static ThreadFactory named(String name) {
        return work -> {
            Thread thread = new Thread(work, name);
            thread.setDaemon(true);
            return thread;
        };
    }

    /** Waits for the end of a thread; an interruption is kept for later. */
    static void join(Thread thread) {
        uninterrupted(() -> {
            thread.join();
            return true;
        });
    }

    /** Waits until a pool that was shut down has ended; an interruption is kept for later. */
    static void join(ExecutorService threads) {
        uninterrupted(() -> threads.awaitTermination(DAY, TimeUnit.DAYS));
    }

    /** Waits until something holds. */
    private static void uninterrupted(Callable<Boolean> waiting) {
        boolean interrupted = false;
        boolean done = false;
        while (!done) {
            try {
                done = waiting.call();
            } catch (InterruptedException e) {
                interrupted = true;
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
