package dev.cardinal.udf;

/** Daemon threads, and waiting for their end whatever happens. Stateless and thread-safe. */
final class TaskThreads {
    private TaskThreads() {}

    /** A thread that does not keep the process alive; the caller starts it. */
    static Thread daemon(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        return thread;
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
