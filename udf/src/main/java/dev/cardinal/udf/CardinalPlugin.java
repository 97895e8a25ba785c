package dev.cardinal.udf;

import dev.cardinal.udf.metrics.DriverMetrics;
import dev.cardinal.udf.metrics.ExecutorMetrics;
import dev.cardinal.udf.metrics.LabelMetrics;
import dev.cardinal.udf.model.ModelCache;
import dev.cardinal.zoo.PublicApi;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.SparkPlugin;

/**
 * Spark plugin of Cardinal; users name this class in {@code spark.plugins}. It reports the executors' counters to the
 * driver while tasks run and to Spark's metrics system, and closes an executor's models when the executor ends.
 *
 * <p>Labeling also works without the plugin; {@link LabelMetrics#liveValue} then changes only when tasks end. Spark
 * creates and shuts down the plugin, on the driver and on every executor; in local mode both are the same process.
 */
@PublicApi
public final class CardinalPlugin implements SparkPlugin {
    @Override
    public DriverPlugin driverPlugin() {
        return new DriverMetrics();
    }

    @Override
    public ExecutorPlugin executorPlugin() {
        return new ExecutorMetrics(ModelCache::closeAll);
    }
}
