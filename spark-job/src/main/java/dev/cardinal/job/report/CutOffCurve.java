package dev.cardinal.job.report;

import dev.cardinal.job.report.Plot.Axis;
import dev.cardinal.job.report.Plot.Point;
import java.util.ArrayList;
import java.util.List;

/**
 * The score at which each class stops taking images, classes in order of it.
 *
 * @param classes those that have selected any, from the highest cut-off score to the lowest
 */
record CutOffCurve(List<SelectedClass> classes) {
    /** As many dots as can be told apart, and as many points as a line of this width needs. */
    private static final int DOTS = 60;

    private static final int POINTS = 300;
    private static final int[] QUANTILES = {0, 10, 25, 50, 75, 90, 100};
    private static final int HUNDRED = 100;

    CutOffCurve {
        classes = List.copyOf(classes);
    }

    void write(Html html, String id) {
        String heading = "Cut-off score of each class";
        Table numbers = new Table(heading)
                .number("% of classes")
                .text("Class")
                .number("Cut-off score")
                .fixed();
        for (int quantile : QUANTILES) {
            SelectedClass at = at(quantile);
            numbers.row(Cell.of(Text.count(quantile)), Cell.of(at.label()), Cell.score(at.cutOff()));
        }
        Figure.write(
                html,
                heading,
                "The lowest score that each class has taken, classes from the highest to the lowest. A class far below the"
                        + " others takes images that it is not sure of.",
                inside -> {
                    draw(inside, id, heading);
                    if (classes.stream().anyMatch(SelectedClass::isShort)) {
                        Figure.legend(inside, "dot", "as many as asked for", "dot odd", "fewer than asked for");
                    }
                },
                numbers);
    }

    private SelectedClass at(int quantile) {
        return classes.get((int) Math.round((classes.size() - 1) * (double) quantile / HUNDRED));
    }

    private void draw(Html html, String id, String heading) {
        String description = Text.format(
                "Of %s classes, the highest cut-off score is %s (%s), the median %s, the lowest %s (%s).",
                Text.count(classes.size()),
                Text.score(at(0).cutOff()),
                Text.shortened(at(0).label(), DOTS),
                Text.score(at(HUNDRED / 2).cutOff()),
                Text.score(at(HUNDRED).cutOff()),
                Text.shortened(at(HUNDRED).label(), DOTS));
        Plot plot = new Plot(
                html,
                id,
                heading,
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
                        Text.shortened(of.label(), DOTS) + ": " + Text.score(of.cutOff()));
            }
        }
        plot.end();
    }

    private static String wholeNumber(double rank) {
        return rank == Math.rint(rank) && rank > 0 ? Text.count((long) rank) : "";
    }
}
