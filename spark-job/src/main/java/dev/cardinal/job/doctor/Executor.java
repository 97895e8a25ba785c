package dev.cardinal.job.doctor;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.cardinal.job.common.Format;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An executor of the application; in a local run, the driver. Serializable.
 *
 * @param id Spark's id, {@code driver} in a local run
 * @param host host that it runs on
 * @param cores cores that Spark gives it
 * @param slots tasks that it runs at the same time
 * @param gpuAddresses addresses of the GPUs that Spark assigns to it
 */
public record Executor(
        @JsonProperty("executor") String id, String host, int cores, int slots, List<String> gpuAddresses)
        implements Serializable {
    private static final String DRIVER = "driver";
    private static final int MAX_NAMED = 3;

    public Executor {
        gpuAddresses = List.copyOf(gpuAddresses);
    }

    /** Returns the driver of a cluster, which runs no tasks. */
    static Executor driver(String host) {
        return new Executor(DRIVER, host, 0, 0, List.of());
    }

    @JsonIgnore
    boolean isDriver() {
        return id.equals(DRIVER);
    }

    /**
     * Joins findings of executors, equal findings together: {@code A on 2 executors}, {@code A on executor 0 (host); B on executor 1
     * (host)}. Names no executor if the only one is the driver.
     *
     * @param findings a text for each executor
     */
    static String join(Map<Executor, String> findings) {
        Map<String, List<Executor>> groups = new LinkedHashMap<>();
        findings.forEach((executor, text) ->
                groups.computeIfAbsent(text, any -> new ArrayList<>()).add(executor));
        if (findings.keySet().stream().allMatch(Executor::isDriver)) {
            return String.join("; ", groups.keySet());
        }
        List<String> parts = new ArrayList<>();
        groups.forEach((text, executors) -> {
            boolean isAll =
                    executors.size() == findings.size() && executors.stream().noneMatch(Executor::isDriver);
            String where = isAll && executors.size() > 1 ? Format.count(executors.size(), "executor") : list(executors);
            parts.add(text + " on " + where);
        });
        return String.join("; ", parts);
    }

    private static String list(List<Executor> executors) {
        String first = String.join(
                ", ",
                executors.stream().limit(MAX_NAMED).map(Executor::toString).toList());
        return executors.size() <= MAX_NAMED ? first : first + " and " + (executors.size() - MAX_NAMED) + " more";
    }

    @Override
    public String toString() {
        return isDriver() ? "the driver" : "executor " + id + " (" + host + ")";
    }
}
