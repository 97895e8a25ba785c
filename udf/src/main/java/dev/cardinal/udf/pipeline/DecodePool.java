package dev.cardinal.udf.pipeline;

import dev.cardinal.udf.task.ExecutorCores;
import dev.cardinal.udf.task.TaskThreads;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The decode threads of a process, shared equally by its tasks: tasks take turns, one image each.
 *
 * <p>Never closed; idle threads end by themselves. Thread-safe; lives on executors.
 */
final class DecodePool {
    private static final long IDLE_SECONDS = 30;

    private final ThreadPoolExecutor threads;
    /** Shares that have work, each once, in the order of their turns. */
    private final Queue<Share> turns = new ArrayDeque<>();

    DecodePool(int size) {
        threads = new ThreadPoolExecutor(
                size,
                size,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                work -> TaskThreads.daemon("cardinal-decode", work));
        threads.allowCoreThreadTimeOut(true);
    }

    /** Created for the first task, when Spark knows the number of cores. */
    private static final class OfProcess {
        private static final DecodePool POOL = new DecodePool(ExecutorCores.count());
    }

    /** Returns the pool of this process. */
    static DecodePool ofProcess() {
        return OfProcess.POOL;
    }

    /** Returns a new share for a task; the task closes it. */
    Share share() {
        return new Share();
    }

    /** Runs one piece of work of the share whose turn it is; called once for every piece that was submitted. */
    private void work() {
        Share share;
        Runnable next;
        synchronized (this) {
            share = turns.poll();
            if (share == null) {
                return;
            }
            next = share.begin();
        }
        try {
            next.run();
        } finally {
            synchronized (this) {
                share.end();
            }
        }
    }

    /** A task's share of the pool. Closing it drops work that has not begun and waits for work that has. Thread-safe. */
    final class Share implements AutoCloseable {
        private final Queue<Runnable> work = new ArrayDeque<>();
        private int running;
        private boolean closed;

        private Share() {}

        /** Submits work, which must not throw; ignored after the share is closed. */
        void submit(Runnable piece) {
            synchronized (DecodePool.this) {
                if (closed) {
                    return;
                }
                if (work.isEmpty()) {
                    turns.add(this);
                }
                work.add(piece);
            }
            threads.execute(DecodePool.this::work);
        }

        private Runnable begin() {
            Runnable next = work.remove();
            if (!work.isEmpty()) {
                turns.add(this);
            }
            running++;
            return next;
        }

        private void end() {
            running--;
            DecodePool.this.notifyAll();
        }

        @Override
        public void close() {
            boolean interrupted = false;
            synchronized (DecodePool.this) {
                closed = true;
                work.clear();
                turns.remove(this);
                while (running > 0) {
                    try {
                        DecodePool.this.wait();
                    } catch (InterruptedException e) {
                        interrupted = true;
                    }
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
