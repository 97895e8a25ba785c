package dev.cardinal.job.common;

import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Collects everything that is wrong with a request, so that the user sees all of it at once. Not thread-safe. */
public final class ProblemCollector {
    private final List<String> problems = new ArrayList<>();

    /** A condition that a request must meet. */
    public interface ProblemCheck {
        /**
         * Does nothing if the condition is met.
         *
         * @throws CardinalException if it is not met
         * @throws IOException if a file system fails
         */
        void run() throws IOException;
    }

    /** Runs a check and collects the problem that it reports, if any. */
    public void check(ProblemCheck check) throws IOException {
        try {
            check.run();
        } catch (CardinalException e) {
            add(String.valueOf(e.getMessage()));
        }
    }

    /** Adds a problem, unless it has been reported already. */
    public void add(String problem) {
        if (!problems.contains(problem)) {
            problems.add(problem);
        }
    }

    /** Returns the problems in the order in which they were found, empty if there are none. */
    public List<String> problems() {
        return List.copyOf(problems);
    }

    /** Returns whether no problem has been found yet. */
    public boolean isEmpty() {
        return problems.isEmpty();
    }

    /**
     * Rejects a request that has problems.
     *
     * @throws CardinalException naming every problem
     */
    public static void throwIfAny(List<String> problems) {
        if (!problems.isEmpty()) {
            throw CardinalException.usage(problems);
        }
    }
}
