package dev.cardinal.udf;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.spark.TaskFailedReason;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An executor's half of the {@link CardinalPlugin}: tells the driver what this process has counted since the executor began, every
 * second and at the end of every task, where there is something new; closes the process's models at the end.
 *
 * <p>Spark begins and ends it. Thread-safe between those; lives on an executor.
 */
final class ExecutorWatch implements ExecutorPlugin {
    private static final Logger LOG = LoggerFactory.getLogger(ExecutorWatch.class);
    private static final String EXECUTOR = "executor.";
    /** What Spark calls the executor of local mode, and the driver. */
    private static final String DRIVER = "driver";

    private static final long REPORT_MILLIS = 1_000;

    private final CounterSums before = CounterSums.of(EngineTotals::value);
    private final ScheduledExecutorService clock =
            Executors.newSingleThreadScheduledExecutor(task -> TaskThreads.daemon("cardinal-watch", task));
    private CounterSums reported = CounterSums.zero();
    private @Nullable PluginContext context;

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // it ends with its clock
    public void init(PluginContext context, Map<String, String> settings) {
        synchronized (this) {
            this.context = context;
        }
        if (!context.executorID().equals(DRIVER)) { // in local mode the driver's gauges say the same
            CounterGauges.register(context.metricRegistry(), EXECUTOR, this::counted);
        }
        clock.scheduleWithFixedDelay(this::report, REPORT_MILLIS, REPORT_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void onTaskSucceeded() {
        report();
    }

    @Override
    public void onTaskFailed(TaskFailedReason reason) {
        report();
    }

    @Override
    public void shutdown() {
        clock.shutdownNow();
        report();
        ModelCache.closeAll();
    }

    private CounterSums counted() {
        return CounterSums.of(EngineTotals::value).minus(before);
    }

    /** In order, though from many threads: what the driver hears last counts. */
    private synchronized void report() {
        CounterSums sums = counted();
        if (context == null || sums.equals(reported)) {
            return;
        }
        try {
            context.send(new ExecutorReport(context.executorID(), sums));
            reported = sums;
        } catch (IOException | RuntimeException e) { // the driver is gone, or nearly; no task depends on it
            LOG.debug("the driver cannot be told what was counted", e);
        }
    }
}
