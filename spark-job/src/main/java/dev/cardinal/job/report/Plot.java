package dev.cardinal.job.report;

import java.util.List;
import java.util.function.DoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A chart's drawing: axes, and marks at values on them, as an SVG that names and describes itself. Not thread-safe. */
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
     * @param label what its values are
     * @param marks about how many it has
     * @param format text of a mark
     */
    record Axis(String label, double min, double max, int marks, DoubleFunction<String> format) {

        /** From 0 to a round number at or above the largest value. */
        static Axis upTo(String label, double largest, DoubleFunction<String> format) {
            return new Axis(label, 0, Scale.upTo(largest, 0, 1).max(), 4, format);
        }

        /** Shares and scores from 0 to 1. */
        static Axis unit(String label) {
            return new Axis(label, 0, 1, 5, Text::compact);
        }
    }

    /** A point of a line. */
    record Point(double x, double y) {}

    /**
     * Begins the drawing.
     *
     * @param id unique in its page
     */
    Plot(Html html, String id, String title, String description, Axis across, Axis up) {
        this.html = html;
        this.x = new Scale(across.min(), across.max(), LEFT, RIGHT);
        this.y = new Scale(up.min(), up.max(), BOTTOM, TOP);
        html.open(
                "svg",
                "class",
                "plot",
                "viewBox",
                Text.format("0 0 %.0f %.0f", WIDTH, HEIGHT),
                "role",
                "img",
                "aria-labelledby",
                id + "-title " + id + "-text");
        html.element("title", title, "id", id + "-title").element("desc", description, "id", id + "-text");
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
     * A rectangle between values.
     *
     * @param hint what a reader who points at it is told, or null
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

    /** A line through points. */
    Plot line(String style, List<Point> points) {
        return path(style, "M" + through(points));
    }

    /** What lies between a line through points and the axis. */
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

    /** Words beside a point, on the side where there is room. */
    Plot words(Point at, double above, String text) {
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
        return Text.format("%.1f", value);
    }

    /** Ends the drawing. */
    void end() {
        html.close();
    }
}
