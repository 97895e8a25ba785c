package dev.cardinal.job.common;

import dev.cardinal.udf.task.TaskThreads;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/** Daemon threads: threads that do not keep the process alive. Stateless and thread-safe. */
public final class DaemonThreads {
    private DaemonThreads() {}

    /** Returns a scheduler with one daemon thread of this name; the caller shuts it down. */
    public static ScheduledExecutorService scheduler(String name) {
        return Executors.newSingleThreadScheduledExecutor(work -> TaskThreads.daemon(name, work));
    }
}
