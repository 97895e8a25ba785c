package dev.cardinal.job.cli;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/**
 * How fast a count has grown lately: over the last ten seconds, or since its last two changes where it changes less often.
 *
 * <p>The time before it first changes does not count. Thread-safe.
 */
final class RecentRate {
    private static final double WINDOW_SECONDS = 10;
    /** A count that stands for so long may just be between two reports. */
    private static final double PATIENCE_SECONDS = 2;

    /** Changes that are closer than this tell no rate: a task may end just after a report. */
    private static final double SHORTEST_SECONDS = 0.8;

    private record Change(double seconds, long count) {}

    private final Deque<Change> changes = new ArrayDeque<>();

    /**
     * Takes a reading.
     *
     * @param seconds of any clock that only advances
     * @param count one that only grows
     * @return growth a second, 0 as long as it cannot be told
     */
    synchronized double at(double seconds, long count) {
        if (count > 0 && (changes.isEmpty() || changes.getLast().count() != count)) {
            changes.addLast(new Change(seconds, count));
        }
        while (changes.size() > 2 && second().seconds() <= seconds - WINDOW_SECONDS) {
            changes.removeFirst();
        }
        if (changes.size() < 2) {
            return 0;
        }
        Change first = changes.getFirst();
        Change last = changes.getLast();
        double end = seconds - last.seconds() <= PATIENCE_SECONDS ? last.seconds() : seconds;
        double elapsed = end - first.seconds();
        return elapsed < SHORTEST_SECONDS ? 0 : (last.count() - first.count()) / elapsed;
    }

    private Change second() {
        Iterator<Change> each = changes.iterator();
        each.next();
        return each.next();
    }
}
