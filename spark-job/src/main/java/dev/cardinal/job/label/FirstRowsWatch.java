package dev.cardinal.job.label;

import dev.cardinal.job.common.Format;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorMetricsUpdate;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import scala.Tuple4;
import scala.collection.Iterator;
import scala.collection.immutable.Seq;

/**
 * Warns during a run if nearly all of its first rows are not ok, because the input is then usually not what the user
 * expects. Warns once, at the latest when it is closed. Thread-safe; lives on the driver.
 */
final class FirstRowsWatch extends SparkListener implements AutoCloseable {
    private static final double BAD = 0.9;
    private static final int REASONS = 3;
    private static final String NAME = "cardinal.firstRows";

    private final SparkContext spark;
    private final FirstRows rows;
    private final Consumer<String> warn;
    private final Map<Long, Map<String, Long>> byTask = new ConcurrentHashMap<>();
    private volatile boolean decided;

    private FirstRowsWatch(SparkContext spark, FirstRows rows, Consumer<String> warn) {
        this.spark = spark;
        this.rows = rows;
        this.warn = warn;
    }

    /** Starts to watch. */
    static FirstRowsWatch start(SparkContext spark, Consumer<String> warn) {
        FirstRows rows = new FirstRows();
        spark.register(rows, NAME);
        FirstRowsWatch watch = new FirstRowsWatch(spark, rows, warn);
        spark.addSparkListener(watch);
        return watch;
    }

    /** Returns the accumulator to which tasks add their rows. */
    FirstRows rows() {
        return rows;
    }

    @Override
    public void onExecutorMetricsUpdate(SparkListenerExecutorMetricsUpdate update) {
        Iterator<Tuple4<Object, Object, Object, Seq<AccumulableInfo>>> tasks =
                update.accumUpdates().iterator();
        while (tasks.hasNext()) {
            Tuple4<Object, Object, Object, Seq<AccumulableInfo>> task = tasks.next();
            note((Long) task._1(), task._4().iterator());
        }
        decide(FirstRows.MAX);
    }

    @Override
    public void onTaskEnd(SparkListenerTaskEnd end) {
        if (end.taskInfo().successful()) {
            note(end.taskInfo().taskId(), end.taskInfo().accumulables().iterator());
            decide(FirstRows.MAX);
        }
    }

    @SuppressWarnings("unchecked") // it is the value of our accumulator
    private void note(long task, Iterator<AccumulableInfo> accumulables) {
        while (accumulables.hasNext()) {
            AccumulableInfo info = accumulables.next();
            if (!decided
                    && info.id() == rows.id()
                    && info.update().isDefined()
                    && info.update().get() instanceof Map<?, ?> counts) {
                byTask.put(task, (Map<String, Long>) counts);
            }
        }
    }

    private synchronized void decide(long needed) {
        Map<String, Long> counts = new HashMap<>();
        byTask.values().forEach(each -> each.forEach((outcome, count) -> counts.merge(outcome, count, Long::sum)));
        long total = counts.values().stream().mapToLong(Long::longValue).sum();
        if (!decided && total >= needed) {
            decided = true;
            warning(counts).ifPresent(warn);
        }
    }

    /** Returns the warning about rows; empty if enough of them are ok. */
    static Optional<String> warning(Map<String, Long> counts) {
        long total = counts.values().stream().mapToLong(Long::longValue).sum();
        List<Map.Entry<String, Long>> bad = counts.entrySet().stream()
                .filter(each -> !FirstRows.isOk(each.getKey()))
                .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .toList();
        long notOk = bad.stream().mapToLong(Map.Entry::getValue).sum();
        if (total == 0 || notOk < BAD * total) {
            return Optional.empty();
        }
        String reasons = bad.stream()
                .limit(REASONS)
                .map(each -> Format.count(each.getValue()) + " " + each.getKey())
                .collect(Collectors.joining("; "));
        return Optional.of("warning: " + Format.count(notOk) + " of the first " + Format.count(total)
                + " rows are not ok: " + reasons + (bad.size() > REASONS ? "; and other reasons" : "") + ". "
                + advice(bad.get(0).getKey()));
    }

    private static String advice(String mostFrequent) {
        String status = mostFrequent.substring(0, mostFrequent.indexOf(':'));
        return switch (status) {
            case "unsupported" -> "Choose the images with --include, or say what the files are with --input-format";
            case "unreadable" -> "Check that the paths exist and that the executors may read them";
            case "too_large" -> "Raise --max-file-bytes or --max-pixels if the images are right";
            default -> "Look at one of the files; --image-field names the column if a table has several";
        };
    }

    @Override
    public void close() {
        spark.removeSparkListener(this);
        synchronized (this) {
            if (!decided) {
                decided = true;
                warning(rows.value()).ifPresent(warn);
            }
        }
    }
}
