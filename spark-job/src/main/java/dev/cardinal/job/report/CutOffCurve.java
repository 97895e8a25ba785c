package dev.cardinal.job.report;

import dev.cardinal.job.report.Plot.Axis;
import dev.cardinal.job.report.Plot.Point;
import java.util.ArrayList;
import java.util.List;

/**
 * Chart of the lowest selected score (cut-off score) of each class, sorted by this score.
 *
 * @param classes classes that selected images, from the highest cut-off score to the lowest
 */
record CutOffCurve(List<SelectedClass> classes) {
    /** Maximum number of classes that each have a dot. */
    private static final int DOTS = 60;
    /** Number of points that suffice for a line of the chart's width. */
    private static final int POINTS = 300;

    private static final List<Integer> QUANTILES = List.of(0, 10, 25, 50, 75, 90, 100);
    private static final int HUNDRED = 100;

    CutOffCurve {
        classes = List.copyOf(classes);
    }

    void write(Html html, String id) {
        String heading = "Cut-off score of each class";
        Table<Integer> numbers = new Table<>(heading, QUANTILES)
                .number("% of classes", quantile -> Cell.of(PageText.count(quantile)))
                .text("Class", quantile -> at(quantile).label())
                .number("Cut-off score", quantile -> Cell.score(at(quantile).cutOff()))
                .fixed();
        String description = PageText.format(
                "Of %s classes, the highest cut-off score is %s (%s), the median %s, the lowest %s (%s).",
                PageText.count(classes.size()),
                PageText.score(at(0).cutOff()),
                PageText.shortened(at(0).label(), DOTS),
                PageText.score(at(HUNDRED / 2).cutOff()),
                PageText.score(at(HUNDRED).cutOff()),
                PageText.shortened(at(HUNDRED).label(), DOTS));
        Plot plot = new Plot(
                html,
                id,
                heading,
                "The lowest selected score of each class, sorted from the highest to the lowest. A class far below the"
                        + " others contains images of which the teacher is not sure.",
                description,
                new Axis("classes", 0, classes.size() + 1, Math.min(5, classes.size() + 1), CutOffCurve::wholeNumber),
                Axis.unit("cut-off score"));
        List<Point> points = new ArrayList<>();
        int shown = Math.min(POINTS, classes.size());
        for (int i = 0; i < shown; i++) {
            int rank = shown == 1 ? 0 : (int) ((long) i * (classes.size() - 1) / (shown - 1));
            points.add(new Point(rank + 1, classes.get(rank).cutOff()));
        }
        plot.area("area", points).line("line", points);
        for (int i = 0; i < shown; i++) {
            SelectedClass of = classes.get((int) points.get(i).x() - 1);
            if (classes.size() <= DOTS || of.isShort()) {
                plot.dot(
                        of.isShort() ? "dot odd" : "dot",
                        points.get(i),
                        classes.size() <= DOTS ? 3.5 : 2,
                        PageText.shortened(of.label(), DOTS) + ": " + PageText.score(of.cutOff()));
            }
        }
        String[] legend = {"dot", "as many as requested", "dot odd", "fewer than requested"};
        plot.end(numbers, classes.stream().anyMatch(SelectedClass::isShort) ? legend : new String[0]);
    }

    private SelectedClass at(int quantile) {
        return classes.get((int) Math.round((classes.size() - 1) * (double) quantile / HUNDRED));
    }

    private static String wholeNumber(double rank) {
        return rank == Math.rint(rank) && rank > 0 ? PageText.count((long) rank) : "";
    }
}
