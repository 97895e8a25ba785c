package dev.cardinal.udf.metrics;

import dev.cardinal.udf.CardinalPlugin;
import dev.cardinal.udf.task.TaskThreads;
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
 * An executor's half of the {@link CardinalPlugin}: reports to the driver what this process has counted since the
 * executor started, every second and at the end of every task, if a counter has changed.
 *
 * <p>Spark starts it and shuts it down. Thread-safe after {@link #init}; lives on an executor.
 */
public final class ExecutorMetrics implements ExecutorPlugin {
    private static final Logger LOG = LoggerFactory.getLogger(ExecutorMetrics.class);
    /** Prefix of an executor's gauges. */
    private static final String EXECUTOR = "executor.";
    /** Spark's id of the executor in local mode, and of the driver. */
    private static final String DRIVER = "driver";

    private static final long REPORT_MILLIS = 1_000;

    private final CounterSnapshot atStart = CounterSnapshot.of(ProcessCounters::value);
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(task -> TaskThreads.daemon("cardinal-watch", task));
    private final Runnable onShutdown;
    private CounterSnapshot reported = CounterSnapshot.zero();
    private @Nullable PluginContext context;

    /** Creates the plugin half; {@code onShutdown} runs after the last report, when the executor shuts down. */
    public ExecutorMetrics(Runnable onShutdown) {
        this.onShutdown = onShutdown;
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // it ends with its timer
    public void init(PluginContext context, Map<String, String> settings) {
        synchronized (this) {
            this.context = context;
        }
        if (!context.executorID().equals(DRIVER)) { // in local mode the driver's gauges show the same values
            CounterGauges.register(context.metricRegistry(), EXECUTOR, this::counters);
        }
        timer.scheduleWithFixedDelay(this::report, REPORT_MILLIS, REPORT_MILLIS, TimeUnit.MILLISECONDS);
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
        timer.shutdownNow();
        report();
        onShutdown.run();
    }

    private CounterSnapshot counters() {
        return CounterSnapshot.of(ProcessCounters::value).minus(atStart);
    }

    /** Reports from any thread, but in order, because the driver keeps the last report. */
    private synchronized void report() {
        CounterSnapshot counters = counters();
        if (context == null || counters.equals(reported)) {
            return;
        }
        try {
            context.send(new DriverMetrics.Report(context.executorID(), counters));
            reported = counters;
        } catch (IOException | RuntimeException e) { // the driver is gone or shutting down; no task depends on it
            LOG.debug("cannot report counters to the driver", e);
        }
    }
}
