package dev.cardinal.job.doctor;

import dev.cardinal.job.common.Format;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.spark.api.java.JavaSparkContext;

/** Ends work that takes too long, because a store does not answer or an executor hangs. Thread-safe; lives on the driver. */
final class TimeLimiter {
    private static final double MILLIS = 1e3;
    private static final Duration GRACE = Duration.ofSeconds(10);

    private final JavaSparkContext spark;
    private final Duration grace;

    TimeLimiter(JavaSparkContext spark) {
        this(spark, GRACE);
    }

    /** @param grace time that work has to clean up after its Spark jobs were canceled */
    TimeLimiter(JavaSparkContext spark, Duration grace) {
        this.spark = spark;
        this.grace = grace;
    }

    /**
     * Does some work on its own thread. If it takes longer than a limit, its Spark jobs are canceled; if it still does not end, the
     * thread is interrupted and abandoned.
     *
     * @param what name of the work, in the Spark UI and in the message if it takes too long
     * @throws InterruptedIOException if the work takes longer than the limit
     */
    <T> T call(String what, Duration limit, Callable<T> work) throws Exception {
        String group = "cardinal-doctor-" + UUID.randomUUID();
        FutureTask<T> task = new FutureTask<>(() -> {
            spark.setJobGroup(group, "doctor: " + what, true);
            return work.call();
        });
        Thread thread = new Thread(task, "cardinal-doctor");
        thread.setDaemon(true);
        thread.start();
        try {
            return task.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            spark.sc().cancelJobGroupAndFutureJobs(group);
            thread.join(grace.toMillis());
            thread.interrupt();
            throw new InterruptedIOException(
                    what + " did not end within " + Format.roughDuration(limit.toMillis() / MILLIS));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            if (e.getCause() instanceof Error cause) {
                throw cause;
            }
            throw e;
        }
    }
}
