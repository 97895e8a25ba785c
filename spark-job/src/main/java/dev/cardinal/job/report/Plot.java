package dev.cardinal.job.report;

import java.util.List;
import java.util.function.DoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Writes a figure: a heading, a caption, a chart with two axes as an SVG, and a table of its numbers for readers who cannot see it.
 * Not thread-safe.
 */
final class Plot {
    private static final double WIDTH = 420;
    private static final double HEIGHT = 262;
    private static final double LEFT = 54;
    private static final double RIGHT = WIDTH - 20;
    private static final double TOP = 30;
    private static final double BOTTOM = HEIGHT - 46;
    private static final double GAP = 6;

    private final Html html;
    private final Scale x;
    private final Scale y;

    /**
     * An axis.
     *
     * @param label name of its values
     * @param marks approximate number of marks
     * @param format formats the text of a mark
     */
    record Axis(String label, double min, double max, int marks, DoubleFunction<String> format) {

        /** Returns an axis from 0 to a round number at or above the largest value. */
        static Axis upTo(String label, double largest, DoubleFunction<String> format) {
            return new Axis(label, 0, Scale.upTo(largest, 0, 1).max(), 4, format);
        }

        /** Returns an axis for shares and scores from 0 to 1. */
        static Axis unit(String label) {
            return new Axis(label, 0, 1, 5, PageText::compact);
        }
    }

    /** A point of a line. */
    record Point(double x, double y) {}

    /**
     * Writes the heading and the axes.
     *
     * @param id id that is unique in the page
     * @param caption meaning of the chart, in one or two sentences
     * @param description content of the chart, for readers who cannot see it
     */
    Plot(Html html, String id, String heading, String caption, String description, Axis across, Axis up) {
        this.html = html;
        this.x = new Scale(across.min(), across.max(), LEFT, RIGHT);
        this.y = new Scale(up.min(), up.max(), BOTTOM, TOP);
        html.open("figure", "class", "card");
        html.open("figcaption").element("h3", heading).element("p", caption).close();
        html.open(
                "svg",
                "class",
                "plot",
                "viewBox",
                PageText.format("0 0 %.0f %.0f", WIDTH, HEIGHT),
                "role",
                "img",
                "aria-labelledby",
                id + "-title " + id + "-text");
        html.element("title", heading, "id", id + "-title").element("desc", description, "id", id + "-text");
        for (double value : y.ticks(up.marks())) {
            path("grid", "M" + number(LEFT) + " " + number(y.at(value)) + "H" + number(RIGHT));
            label(LEFT - GAP, y.at(value) + 4, "end", up.format().apply(value));
        }
        for (double value : x.ticks(across.marks())) {
            label(x.at(value), BOTTOM + 18, "middle", across.format().apply(value));
        }
        path("axis", "M" + number(LEFT) + " " + number(BOTTOM) + "H" + number(RIGHT));
        label((LEFT + RIGHT) / 2, HEIGHT - 6, "middle", across.label());
        label(0, 13, "start", up.label());
    }

    /**
     * Draws a rectangle between values.
     *
     * @param hint tooltip, or null
     */
    Plot rectangle(String style, double fromX, double toX, double fromY, double toY, @Nullable String hint) {
        double left = x.at(fromX);
        double top = Math.min(y.at(fromY), y.at(toY));
        html.open(
                "rect",
                "class",
                style,
                "x",
                number(left + 0.5),
                "y",
                number(top),
                "width",
                number(Math.max(0.5, x.at(toX) - left - 1)),
                "height",
                number(Math.abs(y.at(fromY) - y.at(toY))));
        return hinted(hint);
    }

    Plot dot(String style, Point at, double radius, @Nullable String hint) {
        html.open(
                "circle", "class", style, "cx", number(x.at(at.x())), "cy", number(y.at(at.y())), "r", number(radius));
        return hinted(hint);
    }

    private Plot hinted(@Nullable String hint) {
        if (hint != null) {
            html.element("title", hint);
        }
        html.close();
        return this;
    }

    /** Draws a line through points. */
    Plot line(String style, List<Point> points) {
        return path(style, "M" + through(points));
    }

    /** Fills the area between a line through points and the axis. */
    Plot area(String style, List<Point> points) {
        if (points.isEmpty()) {
            return this;
        }
        double first = x.at(points.get(0).x());
        double last = x.at(points.get(points.size() - 1).x());
        String bottom = number(BOTTOM);
        return path(
                style, "M" + number(first) + " " + bottom + "L" + through(points) + "L" + number(last) + " " + bottom);
    }

    private String through(List<Point> points) {
        return points.stream()
                .map(point -> number(x.at(point.x())) + " " + number(y.at(point.y())))
                .collect(Collectors.joining("L"));
    }

    /** Writes a text next to a point, on the side that has room. */
    Plot text(Point at, double above, String text) {
        boolean isRight = x.at(at.x()) > (LEFT + RIGHT) / 2;
        label(
                x.at(at.x()) + (isRight ? -GAP - 4 : GAP + 4),
                Math.max(TOP + 4, y.at(at.y()) + above),
                isRight ? "end" : "start",
                text);
        return this;
    }

    private Plot path(String style, String data) {
        html.shape("path", "class", style, "d", data);
        return this;
    }

    private void label(double atX, double atY, String anchor, String text) {
        html.element("text", text, "x", number(atX), "y", number(atY), "text-anchor", anchor);
    }

    private static String number(double value) {
        return PageText.format("%.1f", value);
    }

    /**
     * Ends the figure.
     *
     * @param numbers the numbers in the chart
     * @param legend alternating styles of marks and their meanings; may be empty
     */
    void end(Table<?> numbers, String... legend) {
        html.close();
        if (legend.length > 0) {
            html.open("ul", "class", "legend");
            for (int i = 0; i < legend.length; i += 2) {
                html.open("li").open("svg", "viewBox", "0 0 12 12", "aria-hidden", "true");
                html.shape("rect", "class", legend[i], "width", "12", "height", "12", "rx", "2");
                html.close().text(legend[i + 1]).close();
            }
            html.close();
        }
        html.open("details").element("summary", "The numbers");
        numbers.write(html);
        html.close().close();
    }
}
