package dev.cardinal.udf.task;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/** Creates daemon threads and joins threads. Stateless and thread-safe. */
public final class TaskThreads {
    private TaskThreads() {}

    /** Creates a thread that does not keep the process alive; the caller starts it. */
    public static Thread daemon(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        return thread;
    }

    /** Creates a daemon thread for the task of the calling thread: its log messages name that task too. */
    public static Thread ofTask(String name, Runnable work) {
        @Nullable Map<String, String> task = MDC.getCopyOfContextMap();
        return daemon(name, () -> {
            if (task != null) {
                MDC.setContextMap(task);
            }
            work.run();
        });
    }

    /** Waits until a thread has ended, even if interrupted; the calling thread then stays interrupted. */
    public static void join(Thread thread) {
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
