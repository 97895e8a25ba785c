package dev.cardinal.job.report;

import java.util.ArrayList;
import java.util.List;

/**
 * Maps the values of an axis to positions in a chart.
 *
 * @param min value at {@code from}
 * @param max value at {@code to}, greater than {@code min}
 * @param from start of the axis, in units of the chart
 * @param to end of the axis
 */
record Scale(double min, double max, double from, double to) {
    private static final double[] STEPS = {1, 2, 5, 10};
    /** Relative tolerance, so that rounding does not lose a tick at the end of the axis. */
    private static final double SLACK = 1e-9;

    Scale {
        if (!(max > min) || !Double.isFinite(max - min)) {
            throw new IllegalArgumentException("invalid axis from " + min + " to " + max);
        }
    }

    /** Returns a scale from 0 to a round number at or above a value. */
    static Scale upTo(double value, double from, double to) {
        double top = value > 0 && Double.isFinite(value) ? value : 1;
        double step = step(top, 4);
        return new Scale(0, step * Math.ceil(top / step - SLACK), from, to);
    }

    /** Returns the position of a value; values outside of the axis are at its ends. */
    double at(double value) {
        return from + (to - from) * (Math.max(min, Math.min(max, value)) - min) / (max - min);
    }

    /** Returns round values for marks, in ascending order. */
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

    /** Returns the smallest 1, 2 or 5 times a power of ten that divides a range into at most this many steps. */
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
