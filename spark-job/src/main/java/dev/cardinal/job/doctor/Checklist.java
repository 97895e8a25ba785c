package dev.cardinal.job.doctor;

import dev.cardinal.job.doctor.Check.Name;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;

/**
 * Collects check results, one for each name. A check that throws is recorded as failed and does not stop the others. Not
 * thread-safe.
 */
final class Checklist {
    private final Map<Name, Check> checks = new EnumMap<>(Name.class);

    /** Adds a check, which replaces an earlier one of the same name. */
    void add(Check check) {
        checks.put(check.name(), check);
    }

    boolean hasFailed(Name name) {
        Check check = checks.get(name);
        return check != null && check.result() == Check.CheckResult.FAIL;
    }

    /**
     * Does some work. If it throws, the check fails.
     *
     * @param advice what to do if the work fails
     * @return the result, empty if the work failed
     */
    @SuppressWarnings("InterruptedExceptionSwallowed") // the thread's interrupt flag is set
    <T> Optional<T> attempt(Name name, String advice, Callable<T> work) {
        try {
            return Optional.of(work.call());
        } catch (Exception | LinkageError e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            add(Check.fail(name, Failures.explain(e), advice));
            return Optional.empty();
        }
    }

    /** Marks checks that have no result yet as skipped. */
    void skip(String reason, Name... names) {
        Arrays.stream(names).forEach(name -> checks.putIfAbsent(name, Check.skipped(name, reason)));
    }

    /** Returns all checks, in the order in which they are reported. */
    List<Check> all() {
        skip("not reached", Name.values());
        return List.copyOf(checks.values());
    }
}
