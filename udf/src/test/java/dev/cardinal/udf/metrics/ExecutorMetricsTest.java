package dev.cardinal.udf.metrics;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkConf;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.resource.ResourceInformation;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ExecutorMetricsTest {
    private final FakeContext context = new FakeContext();
    private @Nullable ExecutorMetrics metrics;

    @AfterEach
    void shutdown() {
        if (metrics != null) {
            metrics.shutdown();
        }
    }

    @Test
    void reportsTheCountsSinceTheExecutorStarted() {
        ProcessCounters.add(Counter.IMAGES, 1_000);
        ExecutorMetrics started = start();
        ProcessCounters.add(Counter.IMAGES, 3);

        started.onTaskSucceeded();

        assertThat(context.messages).singleElement().satisfies(message -> {
            assertThat(message.executor()).isEqualTo("7");
            assertThat(message.counters().value(Counter.IMAGES)).isEqualTo(3);
            assertThat(message.counters().value(Counter.BYTES)).isZero();
        });
    }

    @Test
    void reportsWhileATaskRuns() throws InterruptedException {
        start();
        ProcessCounters.add(Counter.BYTES, 5);

        DriverMetrics.Report report = context.messages.poll(30, TimeUnit.SECONDS);

        assertThat(report).isNotNull();
        assertThat(report.counters().value(Counter.BYTES)).isEqualTo(5);
    }

    @Test
    void reportsNothingIfNoCounterHasChanged() {
        ExecutorMetrics started = start();
        started.onTaskSucceeded();
        ProcessCounters.add(Counter.IMAGES, 1);
        started.onTaskSucceeded();
        started.onTaskSucceeded();

        assertThat(context.messages).hasSize(1);
    }

    @Test
    void reportsAgainAfterAReportDidNotReachTheDriver() {
        ExecutorMetrics started = start();
        ProcessCounters.add(Counter.IMAGES, 1);
        context.isDisconnected = true;
        started.onTaskSucceeded();
        context.isDisconnected = false;

        started.shutdown();

        assertThat(context.messages).hasSize(1);
    }

    @Test
    void registersGaugesWithTimesInSeconds() {
        start();
        ProcessCounters.add(Counter.IMAGES, 2);
        ProcessCounters.add(Counter.INFER_NANOS, 1_500_000_000);

        assertThat(gauge("executor.images")).isEqualTo(2L);
        assertThat(gauge("executor.inferSeconds")).isEqualTo(1.5);
        assertThat(context.registry.getGauges()).hasSize(Counter.values().length);
    }

    private ExecutorMetrics start() {
        ExecutorMetrics started = new ExecutorMetrics(() -> {});
        started.init(context, Map.of());
        metrics = started;
        return started;
    }

    private Object gauge(String name) {
        return requireNonNull(context.registry.getGauges().get(name)).getValue();
    }

    private static final class FakeContext implements PluginContext {
        private final BlockingQueue<DriverMetrics.Report> messages = new LinkedBlockingQueue<>();
        private final MetricRegistry registry = new MetricRegistry();
        private volatile boolean isDisconnected;

        @Override
        public MetricRegistry metricRegistry() {
            return registry;
        }

        @Override
        public SparkConf conf() {
            return new SparkConf(false);
        }

        @Override
        public String executorID() {
            return "7";
        }

        @Override
        public String hostname() {
            return "localhost";
        }

        @Override
        public Map<String, ResourceInformation> resources() {
            return Map.of();
        }

        @Override
        public void send(Object message) throws IOException {
            if (isDisconnected) {
                throw new IOException("no driver");
            }
            messages.add((DriverMetrics.Report) message);
        }

        @Override
        public Object ask(Object message) {
            throw new UnsupportedOperationException();
        }
    }
}
