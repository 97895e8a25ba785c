package dev.cardinal.job.doctor;

import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.spark.api.java.JavaSparkContext;

/** Work that ends, or is given up: a store may not answer, an executor may hang. Lives on the driver; thread-safe. */
final class Bounded {
    private static final double MILLIS = 1e3;
    private static final Duration GRACE = Duration.ofSeconds(10);

    private final JavaSparkContext spark;
    private final Duration grace;

    Bounded(JavaSparkContext spark) {
        this(spark, GRACE);
    }

    /** @param grace what work whose Spark jobs were cancelled has to clean up */
    Bounded(JavaSparkContext spark, Duration grace) {
        this.spark = spark;
        this.grace = grace;
    }

    /**
     * Does something, on a thread of its own. Where that takes longer than a limit, its Spark jobs are cancelled; if it does not end
     * then either, it is interrupted and left alone.
     *
     * @param what in the Spark UI, and in the message where it takes too long
     * @throws InterruptedIOException if it takes longer
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
            throw new InterruptedIOException(what + " did not end within " + Texts.time(limit.toMillis() / MILLIS));
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
