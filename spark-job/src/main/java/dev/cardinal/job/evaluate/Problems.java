package dev.cardinal.job.evaluate;

import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Everything that is wrong with a request, so that it is named at once. Not thread-safe. */
public final class Problems {
    private final List<String> found = new ArrayList<>();

    /** Something that a request must meet. */
    public interface Check {
        /**
         * Does nothing where it is met.
         *
         * @throws CardinalException if it is not
         * @throws IOException if a file system fails
         */
        void run() throws IOException;
    }

    /** Makes a check, and keeps what it finds. */
    public void check(Check check) throws IOException {
        try {
            check.run();
        } catch (CardinalException e) {
            if (!found.contains(e.getMessage())) {
                found.add(e.getMessage());
            }
        }
    }

    /** What was found, nothing where all is well. */
    public List<String> found() {
        return List.copyOf(found);
    }

    /**
     * Ends a request that has problems.
     *
     * @throws CardinalException naming every problem
     */
    public static void throwIfAny(List<String> problems) {
        if (!problems.isEmpty()) {
            throw CardinalException.usage(problems);
        }
    }
}
