package dev.cardinal.job.report;

import dev.cardinal.job.report.Plot.Axis;
import dev.cardinal.job.report.Plot.Point;
import java.util.List;

/** What accuracy costs: each teacher's top-1 over the operations that an image takes. */
final class CostChart {
    private CostChart() {}

    /** Draws it; of at least one teacher, each with an accuracy and operations. */
    static void write(Html html, String id, List<Teacher> teachers) {
        String heading = "Accuracy and cost";
        Table numbers = new Table(heading)
                .text("Teacher")
                .number("MACs")
                .number("Top-1")
                .number("95 % interval")
                .fixed();
        for (Teacher teacher : teachers) {
            numbers.row(
                    Cell.of(teacher.mark() + " " + teacher.name()),
                    Cell.of(Text.compact(teacher.macs()), teacher.macs()),
                    Cell.percent(teacher.top1()),
                    Cell.of(Text.interval(teacher.low(), teacher.high()), teacher.low()));
        }
        Figure.write(
                html,
                heading,
                "Top-1 with its 95 % interval over multiply-accumulate operations (MACs) for an image: up is better, left is"
                        + " cheaper.",
                inside -> draw(inside, id, heading, teachers),
                numbers);
    }

    private static void draw(Html html, String id, String heading, List<Teacher> teachers) {
        StringBuilder description = new StringBuilder("Teachers by MACs for an image and top-1:");
        double lowest = 1;
        double highest = 0;
        double dearest = 0;
        for (Teacher teacher : teachers) {
            lowest = Math.min(lowest, teacher.low());
            highest = Math.max(highest, teacher.high());
            dearest = Math.max(dearest, teacher.macs());
            description.append(Text.format(
                    " %s, %s, %s;", teacher.name(), Text.compact(teacher.macs()), Text.percent(teacher.top1())));
        }
        Plot plot = new Plot(
                html,
                id,
                heading,
                description.toString(),
                Axis.upTo("MACs for an image", 1.1 * dearest, Text::compact),
                PrecisionCurve.percents("top-1", lowest, highest));
        for (Teacher teacher : teachers) {
            Point at = new Point(teacher.macs(), teacher.top1());
            PrecisionCurve.whisker(plot, at, teacher.low(), teacher.high());
            plot.dot("dot", at, 5, teacher.name() + ": " + Text.percent(teacher.top1()));
            plot.words(at, 4, teacher.mark());
        }
        plot.end();
    }

    /**
     * A teacher whose accuracy and cost are known.
     *
     * @param mark letter that stands for it
     * @param name its model
     * @param macs operations for an image
     * @param top1 its accuracy
     * @param low lower bound of that
     * @param high upper bound of that
     */
    record Teacher(String mark, String name, double macs, double top1, double low, double high) {}
}
