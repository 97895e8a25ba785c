package dev.cardinal.udf;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads of a process that decode, of which its tasks have equal parts: they take turns, one image each.
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

    /** Made when the first task asks, when Spark is there to say how many cores it has. */
    private static final class OfProcess {
        private static final DecodePool POOL = new DecodePool(ExecutorCores.count());
    }

    /** The one of this process. */
    static DecodePool ofProcess() {
        return OfProcess.POOL;
    }

    /** A task's part; the task closes it. */
    Share share() {
        return new Share();
    }

    /** Does one piece of work of the share whose turn it is; every piece that was handed in comes with one such call. */
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

    /** A task's part of the pool. Closing it drops what has not begun and waits for what has. Thread-safe. */
    final class Share implements AutoCloseable {
        private final Queue<Runnable> work = new ArrayDeque<>();
        private int running;
        private boolean closed;

        private Share() {}

        /** Hands in work, which must not throw; after the end nothing is done with it. */
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
