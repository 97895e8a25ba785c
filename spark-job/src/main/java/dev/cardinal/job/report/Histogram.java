package dev.cardinal.job.report;

import dev.cardinal.job.report.Plot.Axis;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Histogram of scores in bins of equal width from 0 to 1. The last bin includes its upper bound.
 *
 * @param counts number of scores in each bin, from the lowest
 */
record Histogram(List<Long> counts) {
    /** Usual number of bins. */
    static final int BINS = 20;

    Histogram {
        counts = List.copyOf(counts);
        if (counts.isEmpty()) {
            throw new IllegalArgumentException("no bins");
        }
    }

    /** Returns a histogram without scores. */
    static Histogram empty() {
        return new Histogram(Collections.nCopies(BINS, 0L));
    }

    long total() {
        return counts.stream().mapToLong(Long::longValue).sum();
    }

    /** Returns the lower bound of a bin. */
    private double low(int bin) {
        return (double) bin / counts.size();
    }

    private double high(int bin) {
        return (double) (bin + 1) / counts.size();
    }

    /** Returns the share of the scores at or above the lower bound of a bin, 0 if there are no scores. */
    double shareFrom(int bin) {
        long above = counts.subList(bin, counts.size()).stream()
                .mapToLong(Long::longValue)
                .sum();
        return total() == 0 ? 0 : (double) above / total();
    }

    /**
     * Writes the chart.
     *
     * @param id id of the chart, unique in its page
     * @param across name of the scores
     * @param things name of the counted things, such as {@code images}
     */
    void write(Html html, String id, String heading, String caption, String across, String things) {
        Table<Integer> numbers = new Table<>(
                        heading, IntStream.range(0, counts.size()).boxed().toList())
                .text("Score", this::range)
                .number(things, bin -> Cell.count(counts.get(bin)))
                .fixed();
        long most = Collections.max(counts);
        int fullest = counts.indexOf(most);
        String description = most == 0
                ? "There are no scores."
                : PageText.format(
                        "Of %s %s, the largest group is %s: %s.",
                        PageText.count(total()), things, range(fullest), PageText.count(most));
        Plot plot = new Plot(
                html,
                id,
                heading,
                caption,
                description,
                Axis.unit(across),
                Axis.upTo(things, Math.max(4.0, (double) most), PageText::compact));
        for (int bin = 0; bin < counts.size(); bin++) {
            long count = counts.get(bin);
            if (count > 0) {
                plot.rectangle(
                        "bar", low(bin), high(bin), 0, (double) count, range(bin) + ": " + PageText.count(count));
            }
        }
        plot.end(numbers);
    }

    private String range(int bin) {
        return PageText.format("%.2f to %.2f", low(bin), high(bin));
    }
}
