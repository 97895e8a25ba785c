package dev.cardinal.job.doctor;

import dev.cardinal.job.common.Format;
import dev.cardinal.job.doctor.Check.Name;
import dev.cardinal.udf.model.ModelFacts;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.spark.SparkConf;
import org.apache.spark.network.util.JavaUtils;
import org.jspecify.annotations.Nullable;

/**
 * Checks that executors have memory for their heap and, as native memory, for a model and the batches of all their tasks. Native
 * memory is the peak of the process with one batch in the model, and for every other task the memory that this batch took. Stateless.
 */
final class MemoryCheck {
    private static final String OVERHEAD = "spark.executor.memoryOverhead";

    private MemoryCheck() {}

    /** @param models memory that the model took on executors; empty if no model was loaded */
    static Check of(SparkConf settings, Map<Executor, ExecutorFacts> executors, Map<Executor, ModelFacts> models) {
        Map<String, Long> machineBytes = new LinkedHashMap<>();
        Map<String, Long> neededBytes = new HashMap<>();
        Map<Executor, String> findings = new LinkedHashMap<>();
        List<String> problems = new ArrayList<>();
        Set<String> advice = new LinkedHashSet<>();
        OptionalLong overhead = overheadBytes(settings);
        executors.forEach((executor, facts) -> {
            OptionalLong nativeBytes = nativeBytes(executor, models.get(executor));
            findings.put(
                    executor,
                    "heap " + Format.bytes(facts.heapBytes())
                            + (nativeBytes.isPresent()
                                    ? ", native memory about " + Format.bytes(nativeBytes.getAsLong())
                                    : "")
                            + ", machine memory " + Format.bytes(facts.machineBytes()));
            machineBytes.putIfAbsent(executor.host(), facts.machineBytes());
            neededBytes.merge(executor.host(), facts.heapBytes() + nativeBytes.orElse(0), Long::sum);
            if (!executor.isDriver() && overhead.isPresent() && nativeBytes.orElse(0) > overhead.getAsLong()) {
                problems.add(executor + " needs " + Format.bytes(nativeBytes.orElse(0))
                        + " of native memory, but its container has " + Format.bytes(overhead.getAsLong())
                        + " in addition to the heap");
                advice.add("raise " + OVERHEAD);
            }
        });
        machineBytes.forEach((host, available) -> {
            long needed = neededBytes.getOrDefault(host, 0L);
            if (needed > available) {
                problems.add(host + " has " + Format.bytes(available) + ", but Spark's processes there may need "
                        + Format.bytes(needed));
                advice.add("lower spark.executor.memory (CARDINAL_DRIVER_MEMORY of the launcher), --batch-size, or the"
                        + " number of tasks that run at the same time");
            }
        });
        String finding = Executor.join(findings)
                + (models.isEmpty() ? "; use --model to include the model's native memory" : "");
        return problems.isEmpty()
                ? Check.pass(Name.MEMORY, finding)
                : Check.warn(Name.MEMORY, finding + "; " + String.join("; ", problems), String.join("; ", advice));
    }

    private static OptionalLong nativeBytes(Executor executor, @Nullable ModelFacts model) {
        return model == null || model.memory() == null
                ? OptionalLong.empty()
                : OptionalLong.of(model.memory().outsideBytes()
                        + (executor.slots() - 1) * model.memory().batchBytes());
    }

    /** Returns the memory that Spark adds to the heap for a container; empty if the cluster manager uses no containers. */
    static OptionalLong overheadBytes(SparkConf settings) {
        String master = settings.get("spark.master", "");
        if (!master.startsWith("yarn") && !master.startsWith("k8s:")) {
            return OptionalLong.empty();
        }
        if (settings.contains(OVERHEAD)) {
            return OptionalLong.of(mebibytes(settings.get(OVERHEAD)));
        }
        double factor = settings.getDouble(
                "spark.executor.memoryOverheadFactor",
                settings.getDouble("spark.kubernetes.memoryOverheadFactor", 0.1));
        long least = mebibytes(settings.get("spark.executor.minMemoryOverhead", "384m"));
        return OptionalLong.of(
                Math.max(least, (long) (factor * mebibytes(settings.get("spark.executor.memory", "1g")))));
    }

    /** Parses a size, in MiB if it has no unit, and returns bytes. */
    private static long mebibytes(String size) {
        return JavaUtils.byteStringAsMb(size) << 20;
    }
}
