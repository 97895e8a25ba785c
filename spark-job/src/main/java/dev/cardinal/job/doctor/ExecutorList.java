package dev.cardinal.job.doctor;

import java.io.Serializable;
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

/** The executors that have registered with a driver. Lives on the driver; thread-safe. */
final class ExecutorList {
    private static final String DRIVER = "driver";
    private static final String GPU = "gpu";
    private static final Duration POLL = Duration.ofMillis(200);
    /** After so long without another one, those that are there are taken for all; longer where more were asked for. */
    private static final Duration QUIET = Duration.ofSeconds(3);

    private static final Duration LONG_QUIET = Duration.ofSeconds(15);

    private final SparkContext spark;

    ExecutorList(SparkContext spark) {
        this.spark = spark;
    }

    /**
     * An executor.
     *
     * @param id Spark's
     * @param host where it runs
     * @param cores that Spark gives it
     * @param slots tasks that it runs at once
     * @param gpus addresses of the GPUs that Spark gives it
     */
    record Executor(String id, String host, int cores, int slots, List<String> gpus) implements Serializable {
        Executor {
            gpus = List.copyOf(gpus);
        }

        /** A driver, which runs no task. */
        static Executor driver(String host) {
            return new Executor(DRIVER, host, 0, 0, List.of());
        }

        /** Whether it is the driver, as in a local run. */
        boolean isDriver() {
            return id.equals(DRIVER);
        }

        @Override
        public String toString() {
            return isDriver() ? "the driver" : "executor " + id + " (" + host + ")";
        }
    }

    /** Those that are there now, in order of their ids. */
    List<Executor> now() {
        return CollectionConverters.asJava(spark.statusStore().executorList(true)).stream()
                .filter(each -> each.totalCores() > 0)
                .map(this::executor)
                .sorted(Comparator.comparing((Executor each) -> each.id().length())
                        .thenComparing(Executor::id))
                .toList();
    }

    private Executor executor(ExecutorSummary summary) {
        Option<ResourceInformation> gpus = summary.resources().get(GPU);
        List<String> addresses =
                gpus.isEmpty() ? List.of() : Arrays.asList(gpus.get().addresses());
        return new Executor(
                summary.id(),
                host(summary.hostPort()),
                summary.totalCores(),
                slots(spark.conf(), summary.totalCores(), addresses.size()),
                addresses);
    }

    /** An executor's host, to which Spark adds a port once its block manager is there. */
    static String host(String hostPort) {
        return hostPort.replaceFirst(":\\d+$", "");
    }

    /** Tasks that an executor runs at once. */
    static int slots(SparkConf settings, int cores, int gpus) {
        int byCores = cores / Math.max(1, settings.getInt("spark.task.cpus", 1));
        double perTask = settings.getDouble("spark.task.resource.gpu.amount", 0);
        if (perTask <= 0) {
            return Math.max(1, byCores);
        }
        double byGpus = perTask < 1 ? gpus * Math.floor(1 / perTask) : Math.floor(gpus / perTask);
        return Math.max(1, (int) Math.min(byCores, byGpus));
    }

    /** How many the settings ask for, where they say it. */
    static Optional<Integer> expected(SparkConf settings) {
        if (settings.getBoolean("spark.dynamicAllocation.enabled", false)) {
            return Optional.empty();
        }
        boolean isGiven = settings.get("spark.master", "").matches("yarn.*|k8s:.*");
        if (isGiven || settings.contains("spark.executor.instances")) {
            return Optional.of(settings.getInt("spark.executor.instances", 2));
        }
        return settings.contains("spark.cores.max") && settings.contains("spark.executor.cores")
                ? Optional.of(
                        Math.max(1, settings.getInt("spark.cores.max", 1) / settings.getInt("spark.executor.cores", 1)))
                : Optional.empty();
    }

    /**
     * Waits until those that are asked for have registered or, where that is not known, until no other comes.
     *
     * @param limit how long, at most
     * @return those that are there then, perhaps none
     */
    List<Executor> await(Duration limit) throws InterruptedException {
        int expected = spark.isLocal() ? 1 : expected(spark.conf()).orElse(Integer.MAX_VALUE);
        Duration quiet = expected == Integer.MAX_VALUE ? QUIET : LONG_QUIET;
        long start = System.nanoTime();
        long changed = start;
        List<Executor> there = now();
        while (there.size() < expected && since(start).compareTo(limit) < 0) {
            if (!there.isEmpty() && since(changed).compareTo(quiet) > 0) {
                return there;
            }
            Thread.sleep(POLL.toMillis());
            List<Executor> next = now();
            if (next.size() != there.size()) {
                changed = System.nanoTime();
            }
            there = next;
        }
        return there;
    }

    private static Duration since(long startNanos) {
        return Duration.ofNanos(System.nanoTime() - startNanos);
    }
}
