package dev.cardinal.job.report;

import org.jspecify.annotations.Nullable;

/**
 * A cell of a table.
 *
 * @param text what it says
 * @param value what it is sorted by, null for its text, or where it has no figure
 * @param bar what is drawn beside the text, or null
 */
record Cell(String text, @Nullable Double value, @Nullable Bar bar) {
    private static final int LONGEST = 120;

    /**
     * A bar from 0, as shares of the cell's width.
     *
     * @param length where it ends
     * @param low lower bound of its interval, null where it has none
     * @param high upper bound, or null
     */
    record Bar(
            double length, @Nullable Double low, @Nullable Double high) {}

    static Cell of(String text) {
        return new Cell(Text.shortened(text, LONGEST), null, null);
    }

    static Cell of(String text, @Nullable Double value) {
        return new Cell(text, value, null);
    }

    static Cell count(long count) {
        return new Cell(Text.count(count), (double) count, null);
    }

    static Cell percent(@Nullable Double share) {
        return new Cell(Text.percent(share), share, null);
    }

    static Cell score(@Nullable Double score) {
        return new Cell(Text.score(score), score, null);
    }

    /** A count with a bar that is full at another. */
    static Cell countBar(long count, long full) {
        return new Cell(Text.count(count), (double) count, new Bar(full == 0 ? 0 : (double) count / full, null, null));
    }

    /** A share with a bar and the bounds of its interval. */
    static Cell shareBar(@Nullable Double share, @Nullable Double low, @Nullable Double high) {
        return share == null ? percent(null) : new Cell(Text.percent(share), share, new Bar(share, low, high));
    }
}
