package dev.cardinal.job.doctor;

import dev.cardinal.job.doctor.Check.Name;
import dev.cardinal.job.doctor.ExecutorList.Executor;
import dev.cardinal.udf.ModelFacts;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.spark.SparkConf;
import org.apache.spark.network.util.JavaUtils;

/**
 * Whether executors have room for their heap and, outside of it, for a model and the batches of all their tasks: what a process has
 * had with one batch in the model, and for every other task what that batch took. Stateless.
 */
final class MemoryCheck {
    private static final String OVERHEAD = "spark.executor.memoryOverhead";

    private MemoryCheck() {}

    /**
     * Judges.
     *
     * @param models what the model took on executors; empty where none was loaded
     */
    static Check of(SparkConf settings, Map<Executor, ExecutorFacts> executors, Map<Executor, ModelFacts> models) {
        Map<String, Host> hosts = new LinkedHashMap<>();
        Map<Executor, String> said = new LinkedHashMap<>();
        List<String> tight = new ArrayList<>();
        Set<String> advice = new LinkedHashSet<>();
        OptionalLong overhead = overheadBytes(settings);
        executors.forEach((executor, facts) -> {
            Optional<Long> outside = outside(executor, models);
            said.put(executor, describe(facts, outside));
            hosts.computeIfAbsent(executor.host(), host -> new Host(facts.machineBytes()))
                    .add(facts.heapBytes() + outside.orElse(0L));
            if (!executor.isDriver() && overhead.isPresent() && outside.orElse(0L) > overhead.getAsLong()) {
                tight.add(executor + " needs " + Texts.bytes(outside.orElse(0L))
                        + " outside of its heap, its container has " + Texts.bytes(overhead.getAsLong()));
                advice.add("raise " + OVERHEAD);
            }
        });
        hosts.forEach((host, memory) -> {
            if (memory.needed > memory.there) {
                tight.add(host + " has " + Texts.bytes(memory.there) + ", what Spark runs there may need "
                        + Texts.bytes(memory.needed));
                advice.add(
                        "lower spark.executor.memory (CARDINAL_DRIVER_MEMORY of the launcher), --batch-size, or the tasks that run"
                                + " at once");
            }
        });
        String finding =
                Texts.byExecutor(said) + (models.isEmpty() ? "; with --model also what that needs outside of it" : "");
        return tight.isEmpty()
                ? Check.pass(Name.MEMORY, finding)
                : Check.warn(Name.MEMORY, finding + "; " + String.join("; ", tight), String.join("; ", advice));
    }

    private static String describe(ExecutorFacts facts, Optional<Long> outside) {
        return "heap " + Texts.bytes(facts.heapBytes())
                + outside.map(bytes -> " and about " + Texts.bytes(bytes) + " outside of it")
                        .orElse("")
                + ", of the machine's " + Texts.bytes(facts.machineBytes());
    }

    private static Optional<Long> outside(Executor executor, Map<Executor, ModelFacts> models) {
        ModelFacts model = models.get(executor);
        return model == null || model.memory() == null
                ? Optional.empty()
                : Optional.of(model.memory().outsideBytes()
                        + (executor.slots() - 1) * model.memory().batchBytes());
    }

    /** What a container has beside the heap, where the cluster's manager makes containers; as Spark computes it. */
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

    private static long mebibytes(String size) {
        return JavaUtils.byteStringAsMb(size) << 20;
    }

    /** A machine, and what its executors need together. */
    private static final class Host {
        private final long there;
        private long needed;

        Host(long there) {
            this.there = there;
        }

        void add(long bytes) {
            needed += bytes;
        }
    }
}
