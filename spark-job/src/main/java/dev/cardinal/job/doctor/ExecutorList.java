package dev.cardinal.job.doctor;

import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.resource.ResourceInformation;
import org.apache.spark.status.api.v1.ExecutorSummary;
import scala.Option;
import scala.jdk.javaapi.CollectionConverters;

/** Lists the executors that have registered with a driver. Stateless; runs on the driver. */
final class ExecutorList {
    private static final String GPU = "gpu";
    private static final Duration POLL = Duration.ofMillis(200);
    /** If no other executor registers in this time, the list is complete. */
    private static final Duration QUIET = Duration.ofSeconds(3);
    /** The same if the number of requested executors is known and not reached. */
    private static final Duration LONG_QUIET = Duration.ofSeconds(15);

    private ExecutorList() {}

    /** Returns the executors that are registered, in order of their ids. */
    private static List<Executor> registered(SparkContext spark) {
        return CollectionConverters.asJava(spark.statusStore().executorList(true)).stream()
                .filter(each -> each.totalCores() > 0)
                .map(each -> executor(spark.conf(), each))
                .sorted(Comparator.comparing((Executor each) -> each.id().length())
                        .thenComparing(Executor::id))
                .toList();
    }

    private static Executor executor(SparkConf settings, ExecutorSummary summary) {
        Option<ResourceInformation> gpus = summary.resources().get(GPU);
        List<String> addresses =
                gpus.isEmpty() ? List.of() : Arrays.asList(gpus.get().addresses());
        return new Executor(
                summary.id(),
                host(summary.hostPort()),
                summary.totalCores(),
                slots(settings, summary.totalCores(), addresses.size()),
                addresses);
    }

    /** Returns an executor's host. Spark adds a port when the executor's block manager has registered. */
    static String host(String hostPort) {
        return hostPort.replaceFirst(":\\d+$", "");
    }

    /** Returns the number of tasks that an executor runs at the same time. */
    static int slots(SparkConf settings, int cores, int gpus) {
        int byCores = cores / Math.max(1, settings.getInt("spark.task.cpus", 1));
        double perTask = settings.getDouble("spark.task.resource.gpu.amount", 0);
        if (perTask <= 0) {
            return Math.max(1, byCores);
        }
        double byGpus = perTask < 1 ? gpus * Math.floor(1 / perTask) : Math.floor(gpus / perTask);
        return Math.max(1, (int) Math.min(byCores, byGpus));
    }

    /** Returns the number of executors that the settings request, empty if they do not specify it. */
    static Optional<Integer> expected(SparkConf settings) {
        if (settings.getBoolean("spark.dynamicAllocation.enabled", false)) {
            return Optional.empty();
        }
        boolean hasDefault = settings.get("spark.master", "").matches("yarn.*|k8s:.*");
        if (hasDefault || settings.contains("spark.executor.instances")) {
            return Optional.of(settings.getInt("spark.executor.instances", 2));
        }
        return settings.contains("spark.cores.max") && settings.contains("spark.executor.cores")
                ? Optional.of(
                        Math.max(1, settings.getInt("spark.cores.max", 1) / settings.getInt("spark.executor.cores", 1)))
                : Optional.empty();
    }

    /**
     * Waits until all requested executors have registered or, if their number is unknown, until no more register.
     *
     * @param limit maximum time to wait
     * @return the executors that have registered, perhaps none
     */
    static List<Executor> await(SparkContext spark, Duration limit) throws InterruptedException {
        int expected = spark.isLocal() ? 1 : expected(spark.conf()).orElse(Integer.MAX_VALUE);
        Duration quiet = expected == Integer.MAX_VALUE ? QUIET : LONG_QUIET;
        long start = System.nanoTime();
        long changed = start;
        List<Executor> executors = registered(spark);
        while (executors.size() < expected
                && System.nanoTime() - start < limit.toNanos()
                && (executors.isEmpty() || System.nanoTime() - changed <= quiet.toNanos())) {
            Thread.sleep(POLL.toMillis());
            List<Executor> next = registered(spark);
            if (next.size() != executors.size()) {
                changed = System.nanoTime();
            }
            executors = next;
        }
        return executors;
    }
}
