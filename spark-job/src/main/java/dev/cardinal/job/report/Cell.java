package dev.cardinal.job.report;

import org.jspecify.annotations.Nullable;

/**
 * A cell of a table.
 *
 * @param text text of the cell
 * @param value number that the column is sorted by, null for text or if there is no number
 * @param bar bar that is drawn next to the text, or null
 */
record Cell(String text, @Nullable Double value, @Nullable Bar bar) {
    private static final int LONGEST = 120;

    /**
     * A bar from 0. Lengths are shares of the cell's width.
     *
     * @param length end of the bar
     * @param low lower bound of its interval, null if it has none
     * @param high upper bound of its interval, or null
     */
    record Bar(
            double length, @Nullable Double low, @Nullable Double high) {}

    static Cell of(String text) {
        return new Cell(PageText.shortened(text, LONGEST), null, null);
    }

    static Cell of(String text, @Nullable Double value) {
        return new Cell(text, value, null);
    }

    static Cell count(long count) {
        return of(PageText.count(count), (double) count);
    }

    /** Returns a cell with a class index. */
    static Cell index(long index) {
        return of(Long.toString(index), (double) index);
    }

    static Cell percent(@Nullable Double share) {
        return of(PageText.percent(share), share);
    }

    static Cell score(@Nullable Double score) {
        return of(PageText.score(score), score);
    }

    static Cell points(@Nullable Double difference) {
        return of(PageText.points(difference), difference);
    }

    static Cell decimal(@Nullable Double value) {
        return of(PageText.decimal(value), value);
    }

    static Cell rate(@Nullable Double rate) {
        return of(PageText.rate(rate), rate);
    }

    static Cell compact(@Nullable Double value) {
        return of(value == null ? PageText.NONE : PageText.compact(value), value);
    }

    /** Returns an interval of shares, which is sorted by its lower bound. */
    static Cell interval(@Nullable Double low, @Nullable Double high) {
        return of(PageText.interval(low, high), low);
    }

    /** Returns a count with a bar; the bar is full if the count is {@code full}. */
    static Cell countBar(long count, long full) {
        return bar(PageText.count(count), (double) count, (double) full);
    }

    /** Returns a number with a bar; the bar is full if the number is {@code full}. */
    static Cell bar(String text, double value, double full) {
        return new Cell(text, value, new Bar(full > 0 ? value / full : 0, null, null));
    }

    /** Returns a share with a bar and the bounds of its interval. */
    static Cell shareBar(@Nullable Double share, @Nullable Double low, @Nullable Double high) {
        return share == null ? percent(null) : new Cell(PageText.percent(share), share, new Bar(share, low, high));
    }
}
