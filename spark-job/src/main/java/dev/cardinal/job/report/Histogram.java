package dev.cardinal.job.report;

import dev.cardinal.job.report.Plot.Axis;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * How many scores lie in each of equal parts of 0 to 1; the last part has its upper end.
 *
 * @param counts scores in each part, from the lowest
 */
record Histogram(List<Long> counts) {
    /** How many parts are usual. */
    static final int BINS = 20;

    Histogram {
        counts = List.copyOf(counts);
        if (counts.isEmpty()) {
            throw new IllegalArgumentException("no parts");
        }
    }

    /** One without any score. */
    static Histogram empty() {
        return new Histogram(Collections.nCopies(BINS, 0L));
    }

    long total() {
        return counts.stream().mapToLong(Long::longValue).sum();
    }

    /** Lower end of a part. */
    double low(int bin) {
        return (double) bin / counts.size();
    }

    double high(int bin) {
        return (double) (bin + 1) / counts.size();
    }

    /** Share of the scores that lie at or above the lower end of a part, 0 where there are none. */
    double shareFrom(int bin) {
        long above = counts.subList(bin, counts.size()).stream()
                .mapToLong(Long::longValue)
                .sum();
        return total() == 0 ? 0 : (double) above / total();
    }

    /**
     * Draws it.
     *
     * @param id of the chart, unique in its page
     * @param across what the scores are
     * @param things what is counted, such as {@code images}
     */
    void write(Html html, String id, String heading, String caption, String across, String things) {
        Table numbers = new Table(heading).text("Score").number(things).fixed();
        List<String> ranges = new ArrayList<>();
        for (int bin = 0; bin < counts.size(); bin++) {
            String range = Text.format("%.2f to %.2f", low(bin), high(bin));
            ranges.add(range);
            numbers.row(Cell.of(range), Cell.count(counts.get(bin)));
        }
        Figure.write(html, heading, caption, inside -> draw(inside, id, heading, across, things, ranges), numbers);
    }

    private void draw(Html html, String id, String heading, String across, String things, List<String> ranges) {
        long most = Collections.max(counts);
        int fullest = counts.indexOf(most);
        String description = most == 0
                ? "There are none."
                : Text.format(
                        "Of %s %s, most lie from %s: %s.",
                        Text.count(total()), things, ranges.get(fullest), Text.count(most));
        Plot plot = new Plot(
                html,
                id,
                heading,
                description,
                Axis.unit(across),
                Axis.upTo(things, Math.max(4.0, (double) most), Text::compact));
        for (int bin = 0; bin < counts.size(); bin++) {
            long count = counts.get(bin);
            if (count > 0) {
                plot.rectangle(
                        "bar", low(bin), high(bin), 0, (double) count, ranges.get(bin) + ": " + Text.count(count));
            }
        }
        plot.end();
    }
}
