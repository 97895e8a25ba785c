package dev.cardinal.job.label;

import dev.cardinal.udf.task.TaskThreads;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
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
 * Commits in progress. If there are two, the tasks of the next one begin while the last tasks of the one before finish.
 *
 * <p>Spark runs the tasks of the older job first. The results are delivered in the order of the commits, to the thread that adds them.
 * Closing cancels what is in progress. Lives on the driver; for one thread.
 */
final class CommitQueue implements AutoCloseable {
    private static final int CANCEL_MINUTES = 1;

    private static final Logger LOG = LoggerFactory.getLogger(CommitQueue.class);

    private final SparkContext spark;
    private final Consumer<RowStore.Commit> done;
    private final String tag = "cardinal-commits-" + UUID.randomUUID();
    private final int most;
    private final ExecutorService threads;
    private final Deque<Future<RowStore.Commit>> inProgress = new ArrayDeque<>();

    /**
     * Creates a queue.
     *
     * @param most number of commits that are in progress at a time
     * @param done receives every finished commit
     */
    CommitQueue(SparkContext spark, int most, Consumer<RowStore.Commit> done) {
        this.spark = spark;
        this.done = done;
        this.most = most;
        this.threads = Executors.newFixedThreadPool(most, work -> TaskThreads.daemon("cardinal-commit", work));
    }

    /** Waits until another commit may begin. */
    void awaitRoom() throws IOException {
        awaitAtMost(most - 1);
    }

    /** Begins a commit. */
    void add(Callable<RowStore.Commit> commit) {
        inProgress.add(threads.submit(() -> {
            spark.addJobTag(tag);
            try {
                return commit.call();
            } finally {
                spark.removeJobTag(tag);
            }
        }));
    }

    /** Waits until all commits are finished. */
    void awaitAll() throws IOException {
        awaitAtMost(0);
    }

    private void awaitAtMost(int left) throws IOException {
        while (inProgress.size() > left) {
            done.accept(result(inProgress.remove()));
        }
    }

    private static RowStore.Commit result(Future<RowStore.Commit> commit) throws IOException {
        try {
            return commit.get();
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
            for (Future<RowStore.Commit> commit : inProgress) {
                if (commit.isDone()) {
                    done.accept(commit.get());
                }
            }
        } catch (InterruptedException e) {
            threads.shutdownNow();
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            LOG.debug("a commit after one that failed was canceled", e);
        }
    }
}
