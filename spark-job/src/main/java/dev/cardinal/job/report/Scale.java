package dev.cardinal.job.report;

import java.util.ArrayList;
import java.util.List;

/**
 * Values along an axis of a chart.
 *
 * @param min value at {@code from}
 * @param max value at {@code to}, more than {@code min}
 * @param from where the axis begins, in units of the chart
 * @param to where it ends
 */
record Scale(double min, double max, double from, double to) {
    private static final double[] STEPS = {1, 2, 5, 10};
    /** A tick that rounding puts past the end still belongs to it. */
    private static final double SLACK = 1e-9;

    Scale {
        if (!(max > min) || !Double.isFinite(max - min)) {
            throw new IllegalArgumentException("an axis from " + min + " to " + max);
        }
    }

    /** From 0 to a round number at or above a value. */
    static Scale upTo(double value, double from, double to) {
        double top = value > 0 && Double.isFinite(value) ? value : 1;
        double step = step(top, 4);
        return new Scale(0, step * Math.ceil(top / step - SLACK), from, to);
    }

    /** Where a value lies; one beyond the ends, at the end. */
    double at(double value) {
        return from + (to - from) * (Math.max(min, Math.min(max, value)) - min) / (max - min);
    }

    /** Round values for marks, from the lowest to the highest. */
    List<Double> ticks(int about) {
        double step = step(max - min, about);
        List<Double> ticks = new ArrayList<>();
        long first = (long) Math.ceil(min / step - SLACK);
        long last = (long) Math.floor(max / step + SLACK);
        for (long i = first; i <= last; i++) {
            ticks.add(i * step);
        }
        return ticks;
    }

    /** The least 1, 2 or 5 times a power of ten that makes at most so many steps of a range. */
    private static double step(double range, int steps) {
        double least = range / steps;
        double power = Math.pow(10, Math.floor(Math.log10(least)));
        for (double step : STEPS) {
            if (step * power >= least * (1 - SLACK)) {
                return step * power;
            }
        }
        return 10 * power;
    }
}
