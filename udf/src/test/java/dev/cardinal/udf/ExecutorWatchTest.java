package dev.cardinal.udf;

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

class ExecutorWatchTest {
    private final FakeContext context = new FakeContext();
    private @Nullable ExecutorWatch watch;

    @AfterEach
    void shutdown() {
        if (watch != null) {
            watch.shutdown();
        }
    }

    @Test
    void reportsWhatWasCountedSinceTheExecutorBegan() {
        EngineTotals.add(Counter.IMAGES, 1_000);
        ExecutorWatch begun = begin();
        EngineTotals.add(Counter.IMAGES, 3);

        begun.onTaskSucceeded();

        assertThat(context.messages).singleElement().satisfies(message -> {
            assertThat(message.executor()).isEqualTo("7");
            assertThat(message.sums().value(Counter.IMAGES)).isEqualTo(3);
            assertThat(message.sums().value(Counter.BYTES)).isZero();
        });
    }

    @Test
    void reportsWhileATaskRuns() throws InterruptedException {
        begin();
        EngineTotals.add(Counter.BYTES, 5);

        ExecutorReport report = context.messages.poll(30, TimeUnit.SECONDS);

        assertThat(report).isNotNull();
        assertThat(report.sums().value(Counter.BYTES)).isEqualTo(5);
    }

    @Test
    void saysNothingWhereNothingHasChanged() {
        ExecutorWatch begun = begin();
        begun.onTaskSucceeded();
        EngineTotals.add(Counter.IMAGES, 1);
        begun.onTaskSucceeded();
        begun.onTaskSucceeded();

        assertThat(context.messages).hasSize(1);
    }

    @Test
    void saysAgainWhatDidNotReachTheDriver() {
        ExecutorWatch begun = begin();
        EngineTotals.add(Counter.IMAGES, 1);
        context.isBroken = true;
        begun.onTaskSucceeded();
        context.isBroken = false;

        begun.shutdown();

        assertThat(context.messages).hasSize(1);
    }

    @Test
    void gaugesAreRegisteredWithTimesInSeconds() {
        begin();
        EngineTotals.add(Counter.IMAGES, 2);
        EngineTotals.add(Counter.INFER_NANOS, 1_500_000_000);

        assertThat(gauge("executor.images")).isEqualTo(2L);
        assertThat(gauge("executor.inferSeconds")).isEqualTo(1.5);
        assertThat(context.registry.getGauges()).hasSize(Counter.values().length);
    }

    private ExecutorWatch begin() {
        ExecutorWatch begun = new ExecutorWatch();
        begun.init(context, Map.of());
        watch = begun;
        return begun;
    }

    private Object gauge(String name) {
        return requireNonNull(context.registry.getGauges().get(name)).getValue();
    }

    private static final class FakeContext implements PluginContext {
        private final BlockingQueue<ExecutorReport> messages = new LinkedBlockingQueue<>();
        private final MetricRegistry registry = new MetricRegistry();
        private volatile boolean isBroken;

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
            if (isBroken) {
                throw new IOException("no driver");
            }
            messages.add((ExecutorReport) message);
        }

        @Override
        public Object ask(Object message) {
            throw new UnsupportedOperationException();
        }
    }
}
