package dev.cardinal.job.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cardinal.job.report.Plot.Axis;
import dev.cardinal.job.report.Plot.Point;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How often a selection is right, by how many images each class may take. */
final class PrecisionCurve {
    private PrecisionCurve() {}

    /**
     * Draws it.
     *
     * @param steps {@code selection} of {@code metrics.json}, from the smallest K
     */
    static void write(Html html, String id, List<JsonNode> steps) {
        String heading = "Precision of the selection";
        Table numbers = new Table(heading)
                .number("K")
                .number("Selected")
                .number("With truth")
                .number("Right")
                .number("95 % interval")
                .fixed();
        for (JsonNode step : steps) {
            Double low = Json.number(step, "low");
            numbers.row(
                    Cell.count(Json.count(step, "k")),
                    Cell.count(Json.count(step, "selected")),
                    Cell.count(Json.count(step, "with_truth")),
                    Cell.percent(Json.number(step, "precision")),
                    Cell.of(Text.interval(low, Json.number(step, "high")), low));
        }
        Figure.write(
                html,
                heading,
                "Share of the selected images whose truth is the class they were selected for, where each class takes its"
                        + " first K.",
                inside -> draw(inside, id, heading, steps),
                numbers);
    }

    private static void draw(Html html, String id, String heading, List<JsonNode> steps) {
        StringBuilder description = new StringBuilder("Share of right images by K:");
        double lowest = 1;
        double largest = 1;
        for (JsonNode step : steps) {
            Double low = Json.number(step, "low");
            Double precision = Json.number(step, "precision");
            lowest = Math.min(lowest, low != null ? low : precision != null ? precision : 1);
            largest = Math.max(largest, (double) Json.count(step, "k"));
            description.append(Text.format(" %s, %s;", Text.count(Json.count(step, "k")), Text.percent(precision)));
        }
        Plot plot = new Plot(
                html,
                id,
                heading,
                description.toString(),
                Axis.upTo("K, images of each class", Math.max(4, largest), Text::compact),
                percents("share right", lowest, 1));
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
                plot.dot("dot", at, 4, Text.count(Json.count(step, "k")) + ": " + Text.percent(precision));
            }
        }
        plot.end();
    }

    /** The interval of a point, upright. */
    static void whisker(Plot plot, Point at, @Nullable Double low, @Nullable Double high) {
        if (low != null && high != null) {
            plot.line("whisker", List.of(new Point(at.x(), low), new Point(at.x(), high)));
        }
    }

    /** An axis of shares that shows what lies between two, and a little around it. */
    static Axis percents(String label, double lowest, double highest) {
        double margin = Math.max(0.01, (highest - lowest) / 8);
        double min = Math.max(0, Math.floor(20 * (lowest - margin)) / 20);
        double max = Math.min(1, Math.ceil(20 * (highest + margin)) / 20);
        return new Axis(label, min, max, 5, share -> Text.format("%.0f\u202f%%", 100 * share));
    }
}
