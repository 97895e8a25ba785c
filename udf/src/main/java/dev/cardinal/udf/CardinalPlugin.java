package dev.cardinal.udf;

import java.util.Map;
import org.apache.spark.SparkContext;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;
import org.jspecify.annotations.Nullable;

/**
 * Cardinal's part in the life of a Spark application, named in {@code spark.plugins}: what executors count reaches the driver
 * while tasks run, and Spark's metrics system; an executor that ends closes its models.
 *
 * <p>Without it images are labelled all the same: {@link LiveCounters} then move when tasks end. Spark makes and ends it, on the
 * driver and on every executor; in local mode both are one process.
 */
public final class CardinalPlugin implements SparkPlugin {
    /** Of the driver's metrics, which are those of the whole application. */
    private static final String APPLICATION = "application.";

    @Override
    public DriverPlugin driverPlugin() {
        return new Driver();
    }

    @Override
    public ExecutorPlugin executorPlugin() {
        return new ExecutorWatch();
    }

    private static final class Driver implements DriverPlugin {
        private final ApplicationTotals totals = ApplicationTotals.begin();

        @Override
        public Map<String, String> init(SparkContext spark, PluginContext context) {
            return Map.of();
        }

        @Override
        public void registerMetrics(String applicationId, PluginContext context) {
            CounterGauges.register(context.metricRegistry(), APPLICATION, totals::sums);
        }

        @Override
        public @Nullable Object receive(Object message) {
            if (message instanceof ExecutorReport report) {
                totals.report(report);
            }
            return null; // no answer
        }

        @Override
        public void shutdown() {
            totals.end();
        }
    }
}
