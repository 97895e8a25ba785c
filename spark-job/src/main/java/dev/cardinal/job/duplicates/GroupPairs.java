package dev.cardinal.job.duplicates;

import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/**
 * Compares every two members of a group, one group after another, and returns the pairs that match. A subclass reads the groups and holds
 * one of them in memory. For one thread.
 */
abstract class GroupPairs implements Iterator<Row> {
    private int size;
    private int first;
    private int second;
    private boolean isStarted;
    private @Nullable Row next;

    /** Reads the next group and returns its size, 0 at the end. */
    abstract int readGroup();

    /** Returns the row for two members of the group, null if they do not match. */
    abstract @Nullable Row pair(int one, int other);

    private void advance() {
        next = null;
        do {
            if (first + 1 >= size) {
                size = readGroup();
                first = 0;
                second = 0;
            } else if (++second >= size) {
                first++;
                second = first;
            } else {
                next = pair(first, second);
            }
        } while (next == null && size > 0);
    }

    @Override
    public final boolean hasNext() {
        if (!isStarted) {
            isStarted = true;
            advance();
        }
        return next != null;
    }

    @Override
    public final Row next() {
        Row found = hasNext() ? next : null;
        if (found == null) {
            throw new NoSuchElementException();
        }
        advance();
        return found;
    }
}
