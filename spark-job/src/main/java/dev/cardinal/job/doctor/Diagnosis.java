package dev.cardinal.job.doctor;

import dev.cardinal.job.doctor.Check.Result;
import dev.cardinal.job.label.Bottleneck;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything that was looked at and measured.
 *
 * @param master Spark's, null where Spark does not start
 * @param versions of Cardinal and of what it was built with and runs on, by name
 * @param checks every check once, in the order in which they are told
 * @param executors every executor that is there
 * @param model null where none was looked at, or it cannot be read
 * @param input null where none was looked at, or it cannot be listed
 * @param measurement null where nothing was measured
 * @param bottleneck what the sample waited for most; null where nothing was measured, or too little to tell
 * @param estimate null where nothing was measured
 */
public record Diagnosis(
        @Nullable String master,
        Map<String, String> versions,
        List<Check> checks,
        List<ExecutorDiagnosis> executors,
        @Nullable ModelSummary model,
        @Nullable InputSummary input,
        @Nullable Measurement measurement,
        @Nullable Bottleneck bottleneck,
        @Nullable Estimate estimate) {

    public Diagnosis {
        versions = Map.copyOf(versions);
        checks = List.copyOf(checks);
        executors = List.copyOf(executors);
    }

    /** Checks that came to a result. */
    public long count(Result result) {
        return checks.stream().filter(check -> check.result() == result).count();
    }

    /** Whether a check failed. */
    public boolean hasFailed() {
        return count(Result.FAIL) > 0;
    }

    /** The check of a name. */
    public Check check(Check.Name name) {
        return checks.stream().filter(check -> check.name() == name).findFirst().orElseThrow();
    }
}
