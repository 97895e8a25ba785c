package dev.cardinal.job.doctor;

import dev.cardinal.job.doctor.Check.Name;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The checks made so far, each once; what cannot be looked at keeps no other from being. Not thread-safe. */
final class Checklist {
    private final Map<Name, Check> checks = new EnumMap<>(Name.class);

    /** Something that may fail. */
    interface Step<T> {
        T take() throws Exception;
    }

    void add(Check check) {
        checks.put(check.name(), check);
    }

    /** Whether something was looked at and found wrong. */
    boolean hasFailed(Name name) {
        Check check = checks.get(name);
        return check != null && check.result() == Check.Result.FAIL;
    }

    /**
     * Takes a step; where it fails, the check does.
     *
     * @param advice what to do then
     * @return what came of it, empty where it failed
     */
    @SuppressWarnings("InterruptedExceptionSwallowed") // kept for later
    <T> Optional<T> attempt(Name name, String advice, Step<T> step) {
        try {
            return Optional.of(step.take());
        } catch (Exception | LinkageError e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            add(Check.fail(name, Failures.explain(e), advice));
            return Optional.empty();
        }
    }

    /** Leaves out what has not been looked at. */
    void skip(String why, Name... names) {
        Arrays.stream(names).forEach(name -> checks.putIfAbsent(name, Check.skipped(name, why)));
    }

    /** All of them, in the order in which they are told. */
    List<Check> all() {
        skip("not reached", Name.values());
        return List.copyOf(checks.values());
    }
}
