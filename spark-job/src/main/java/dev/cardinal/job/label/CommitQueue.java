package dev.cardinal.job.label;

import dev.cardinal.udf.task.TaskThreads;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.spark.SparkContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits in progress; each writes to one table or to several. If there are two, the tasks of the next one begin while the last tasks of
 * the one before finish.
 *
 * <p>Spark runs the tasks of the older job first. The results are delivered in the order of the commits, to the thread that adds them.
 * Closing cancels what is in progress. Lives on the driver; for one thread.
 */
final class CommitQueue implements AutoCloseable {
    private static final int CANCEL_MINUTES = 1;

    private static final Logger LOG = LoggerFactory.getLogger(CommitQueue.class);

    private final SparkContext spark;
    private final String tag = "cardinal-commits-" + UUID.randomUUID();
    private final int most;
    private final ExecutorService threads;
    private final Deque<Deque<Writing>> inProgress = new ArrayDeque<>();

    /**
     * The part of a commit that writes to one table.
     *
     * @param work writes
     * @param done receives what was written
     */
    record TableCommit(Callable<RowStore.Commit> work, Consumer<RowStore.Commit> done) {}

    /** A table's part of a commit in progress. */
    private record Writing(Future<RowStore.Commit> commit, Consumer<RowStore.Commit> done) {}

    /**
     * Creates a queue.
     *
     * @param most number of commits that are in progress at a time
     */
    CommitQueue(SparkContext spark, int most) {
        this.spark = spark;
        this.most = most;
        this.threads = Executors.newCachedThreadPool(work -> TaskThreads.daemon("cardinal-commit", work));
    }

    /** Waits until another commit may begin. */
    void awaitRoom() throws IOException {
        awaitAtMost(most - 1);
    }

    /** Begins a commit, which writes to its tables at the same time. */
    void add(List<TableCommit> tables) {
        Deque<Writing> commit = new ArrayDeque<>();
        for (TableCommit table : tables) {
            commit.add(new Writing(threads.submit(() -> tagged(table.work())), table.done()));
        }
        inProgress.add(commit);
    }

    private RowStore.Commit tagged(Callable<RowStore.Commit> work) throws Exception {
        spark.addJobTag(tag);
        try {
            return work.call();
        } finally {
            spark.removeJobTag(tag);
        }
    }

    /** Waits until all commits are finished. */
    void awaitAll() throws IOException {
        awaitAtMost(0);
    }

    private void awaitAtMost(int left) throws IOException {
        while (inProgress.size() > left) {
            Deque<Writing> oldest = inProgress.element();
            while (!oldest.isEmpty()) {
                Writing table = oldest.remove();
                table.done().accept(result(table.commit()));
            }
            inProgress.remove();
        }
    }

    /** Returns what another thread computes, or throws what it throws. */
    static <T> T result(Future<T> work) throws IOException {
        try {
            return work.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for a commit");
        } catch (ExecutionException e) {
            throw CommitQueue.<IOException>asItIs(e.getCause());
        }
    }

    /** Throws what a commit has thrown. Spark throws checked exceptions that it does not declare, and callers look at their type. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <E extends Exception> E asItIs(@Nullable Throwable cause) throws E {
        throw (E) Objects.requireNonNull(cause);
    }

    /** Cancels what is in progress, and delivers what has ended well before it was canceled. */
    @Override
    public void close() {
        if (!inProgress.isEmpty()) {
            spark.cancelJobsWithTag(tag);
        }
        threads.shutdown();
        try {
            if (!threads.awaitTermination(CANCEL_MINUTES, TimeUnit.MINUTES)) {
                threads.shutdownNow();
            }
            for (Deque<Writing> commit : inProgress) {
                for (Writing table : commit) {
                    deliver(table);
                }
            }
        } catch (InterruptedException e) {
            threads.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    private static void deliver(Writing table) throws InterruptedException {
        if (table.commit().isDone()) {
            try {
                table.done().accept(table.commit().get());
            } catch (ExecutionException e) {
                LOG.debug("a commit was canceled after another one had failed", e);
            }
        }
    }
}
