package dev.cardinal.zoo.convert;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** Computes hashes on two threads during an import. Its creator closes it, which ends the threads. Thread-safe. */
final class HashingExecutor implements AutoCloseable {
    private static final int THREADS = 2;

    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS, task -> {
        Thread thread = new Thread(task, "cardinal-import");
        thread.setDaemon(true);
        return thread;
    });

    <T> Future<T> submit(Callable<T> task) {
        return threads.submit(task);
    }

    /** Waits for a task and returns its result. */
    static <T> T result(Future<T> task) throws IOException {
        try {
            return task.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while hashing");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failed) {
                throw failed;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    /** Waits for a task, unless it is null. */
    static void await(@Nullable Future<?> task) {
        try {
            if (task != null) {
                result(task);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
