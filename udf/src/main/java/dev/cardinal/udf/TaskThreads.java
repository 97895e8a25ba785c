package dev.cardinal.udf;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/** Daemon threads, and waiting for their end whatever happens. Stateless and thread-safe. */
final class TaskThreads {
    private TaskThreads() {}

    /** A thread that does not keep the process alive; the caller starts it. */
    static Thread daemon(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        return thread;
    }

    /** A daemon thread of the task whose thread asks: what it logs names the task as well. */
    static Thread ofTask(String name, Runnable work) {
        @Nullable Map<String, String> task = MDC.getCopyOfContextMap();
        return daemon(name, () -> {
            if (task != null) {
                MDC.setContextMap(task);
            }
            work.run();
        });
    }

    /** Waits for the end of a thread; an interruption is kept for later. */
    static void join(Thread thread) {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
