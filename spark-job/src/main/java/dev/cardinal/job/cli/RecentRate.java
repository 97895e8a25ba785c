package dev.cardinal.job.cli;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/**
 * The recent growth rate of a count: over the last ten seconds, or between its last two changes if it changes less often. The
 * time before its first change does not count. Thread-safe.
 */
final class RecentRate {
    private static final double WINDOW_SECONDS = 10;
    /** A count may stand still for this time between two reports. */
    private static final double PATIENCE_SECONDS = 2;

    /** Changes that are closer give no useful rate, because a task may end just after a report. */
    private static final double SHORTEST_SECONDS = 0.8;

    private record Change(double seconds, long count) {}

    private final Deque<Change> changes = new ArrayDeque<>();

    /**
     * Adds a reading.
     *
     * @param seconds time of any monotonic clock
     * @param count the count, which never decreases
     * @return growth per second, 0 if it is unknown yet
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
