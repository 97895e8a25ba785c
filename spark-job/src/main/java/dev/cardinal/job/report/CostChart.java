package dev.cardinal.job.report;

import dev.cardinal.job.report.Plot.Axis;
import dev.cardinal.job.report.Plot.Point;
import java.util.List;

/** Chart of accuracy and cost: the top-1 of each teacher over its operations per image. */
final class CostChart {
    private CostChart() {}

    /** Writes the chart of one or more teachers. */
    static void write(Html html, String id, List<ChartedTeacher> teachers) {
        String heading = "Accuracy and cost";
        Table<ChartedTeacher> numbers = new Table<>(heading, teachers)
                .text("Teacher", teacher -> teacher.mark() + " " + teacher.name())
                .number("MACs", teacher -> Cell.compact(teacher.macs()))
                .number("Top-1", teacher -> Cell.percent(teacher.top1()))
                .number("95 % interval", teacher -> Cell.interval(teacher.low(), teacher.high()))
                .fixed();
        StringBuilder description = new StringBuilder("Teachers by MACs per image and top-1:");
        double lowest = 1;
        double highest = 0;
        double mostMacs = 0;
        for (ChartedTeacher teacher : teachers) {
            lowest = Math.min(lowest, teacher.low());
            highest = Math.max(highest, teacher.high());
            mostMacs = Math.max(mostMacs, teacher.macs());
            description.append(PageText.format(
                    " %s, %s, %s;",
                    teacher.name(), PageText.compact(teacher.macs()), PageText.percent(teacher.top1())));
        }
        Plot plot = new Plot(
                html,
                id,
                heading,
                "Top-1 with its 95 % interval over multiply-accumulate operations (MACs) per image. Higher is better,"
                        + " further left is cheaper.",
                description.toString(),
                Axis.upTo("MACs per image", 1.1 * mostMacs, PageText::compact),
                PrecisionCurve.percents("top-1", lowest, highest));
        for (ChartedTeacher teacher : teachers) {
            Point at = new Point(teacher.macs(), teacher.top1());
            PrecisionCurve.whisker(plot, at, teacher.low(), teacher.high());
            plot.dot("dot", at, 5, teacher.name() + ": " + PageText.percent(teacher.top1()));
            plot.text(at, 4, teacher.mark());
        }
        plot.end(numbers);
    }

    /**
     * A teacher with known accuracy and cost.
     *
     * @param mark its short name, a letter
     * @param name its model
     * @param macs multiply-accumulate operations per image
     * @param top1 its accuracy
     * @param low lower bound of the accuracy
     * @param high upper bound of the accuracy
     */
    record ChartedTeacher(String mark, String name, double macs, double top1, double low, double high) {}
}
