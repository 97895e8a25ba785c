package dev.cardinal.job.doctor;

import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.spark.api.java.JavaSparkContext;

/** Spark jobs that end, or are ended. Whoever makes one closes it. Lives on the driver; for one thread. */
final class Bounded implements AutoCloseable {
    private final JavaSparkContext spark;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "cardinal-doctor-clock");
        thread.setDaemon(true);
        return thread;
    });

    Bounded(JavaSparkContext spark) {
        this.spark = spark;
    }

    /**
     * Does something whose Spark jobs are cancelled when they take longer than a limit.
     *
     * @param what in the Spark UI, and in the message where it takes too long
     */
    <T> T call(String what, Duration limit, Callable<T> work) throws Exception {
        String group = "cardinal-doctor-" + UUID.randomUUID();
        AtomicBoolean isOver = new AtomicBoolean();
        spark.setJobGroup(group, "doctor: " + what, true);
        ScheduledFuture<?> end = clock.schedule(
                () -> {
                    isOver.set(true);
                    spark.sc().cancelJobGroupAndFutureJobs(group);
                },
                limit.toMillis(),
                TimeUnit.MILLISECONDS);
        try {
            return work.call();
        } catch (Exception e) {
            if (isOver.get()) {
                throw (InterruptedIOException) new InterruptedIOException(
                                what + " did not end within " + Texts.time((double) limit.toSeconds()))
                        .initCause(e);
            }
            throw e;
        } finally {
            end.cancel(false);
            spark.clearJobGroup();
        }
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }
}
