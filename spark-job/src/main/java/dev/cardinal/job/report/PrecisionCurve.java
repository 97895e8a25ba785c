package dev.cardinal.job.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cardinal.job.report.Plot.Axis;
import dev.cardinal.job.report.Plot.Point;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Chart of the precision of a selection over K, the number of images per class. Stateless. */
final class PrecisionCurve {
    private PrecisionCurve() {}

    /**
     * Writes the chart.
     *
     * @param steps {@code selection} of {@code metrics.json}, from the smallest K
     */
    static void write(Html html, String id, List<JsonNode> steps) {
        String heading = "Precision of the selection";
        Table<JsonNode> numbers = new Table<>(heading, steps)
                .number("K", Json.counts("k"))
                .number("Selected", Json.counts("selected"))
                .number("With truth", Json.counts("with_truth"))
                .number("Correct", Json.numbers("precision", Cell::percent))
                .number("95 % interval", Json.intervals("low", "high"))
                .fixed();
        StringBuilder description = new StringBuilder("Share of correct images by K:");
        double lowest = 1;
        double largest = 1;
        for (JsonNode step : steps) {
            Double low = Json.number(step, "low");
            Double precision = Json.number(step, "precision");
            lowest = Math.min(lowest, low != null ? low : precision != null ? precision : 1);
            largest = Math.max(largest, (double) Json.count(step, "k"));
            description.append(
                    PageText.format(" %s, %s;", PageText.count(Json.count(step, "k")), PageText.percent(precision)));
        }
        Plot plot = new Plot(
                html,
                id,
                heading,
                "Share of the selected images whose truth is the class that selected them, if each class selects its"
                        + " first K images.",
                description.toString(),
                Axis.upTo("K, images per class", Math.max(4, largest), PageText::compact),
                percents("share correct", lowest, 1));
        List<Point> points = new ArrayList<>();
        for (JsonNode step : steps) {
            Double precision = Json.number(step, "precision");
            if (precision != null) {
                points.add(new Point((double) Json.count(step, "k"), precision));
            }
        }
        if (points.size() > 1) {
            plot.line("line", points);
        }
        for (JsonNode step : steps) {
            Double precision = Json.number(step, "precision");
            if (precision != null) {
                Point at = new Point((double) Json.count(step, "k"), precision);
                whisker(plot, at, Json.number(step, "low"), Json.number(step, "high"));
                plot.dot("dot", at, 4, PageText.count(Json.count(step, "k")) + ": " + PageText.percent(precision));
            }
        }
        plot.end(numbers);
    }

    /** Draws the interval of a point as a vertical line. */
    static void whisker(Plot plot, Point at, @Nullable Double low, @Nullable Double high) {
        if (low != null && high != null) {
            plot.line("whisker", List.of(new Point(at.x(), low), new Point(at.x(), high)));
        }
    }

    /** Returns an axis for shares that shows the range between two shares with a margin. */
    static Axis percents(String label, double lowest, double highest) {
        double margin = Math.max(0.01, (highest - lowest) / 8);
        double min = Math.max(0, Math.floor(20 * (lowest - margin)) / 20);
        double max = Math.min(1, Math.ceil(20 * (highest + margin)) / 20);
        return new Axis(label, min, max, 5, share -> PageText.format("%.0f\u202f%%", 100 * share));
    }
}
