package dev.cardinal.job.evaluate;

import java.util.List;

/**
 * Finds the temperature T that minimizes the negative log-likelihood of softmax(z / T), by Newton's method on beta = 1 / T between
 * two bounds that converge to the minimum. Stateless.
 *
 * <p>T is between {@value #MIN} and {@value #MAX}. It is {@value #MIN} if sharper is always better, for example because the truth of
 * every image has the highest logit, and {@value #MAX} if flatter is always better, for example because the logits are no better
 * than chance. If every image has equal logits for all classes, every T is as good as any other, and the result is 1.
 */
final class TemperatureFit {
    static final double MIN = 0.001;
    static final double MAX = 1000;
    /** Enough for bisection alone. Each costs one pass over the images. */
    private static final int MAX_PASSES = 60;

    private static final double TOLERANCE = 1e-10;

    private TemperatureFit() {}

    /** Computes the likelihood at several betas at once. */
    interface Objective {
        List<Likelihood> at(List<Double> betas);
    }

    /** Returns the best temperature. */
    static double fit(Objective objective) {
        double low = 1 / MAX;
        double high = 1 / MIN;
        double beta = 1;
        List<Likelihood> first = objective.at(List.of(low, beta, high));
        Likelihood atLow = first.get(0);
        if (atLow.curvature() == 0 && atLow.gradient() == 0) {
            return 1;
        }
        if (atLow.gradient() >= 0) {
            return MAX;
        }
        if (first.get(2).gradient() <= 0) {
            return MIN;
        }
        Likelihood here = first.get(1);
        double lastStep = Double.POSITIVE_INFINITY;
        for (int pass = 1; pass < MAX_PASSES && here.gradient() != 0; pass++) {
            if (here.gradient() > 0) {
                high = beta;
            } else {
                low = beta;
            }
            double step = -here.gradient() / here.curvature(); // infinite if the curvature is 0
            boolean converges = beta + step > low && beta + step < high && Math.abs(step) <= lastStep / 2;
            double next = converges ? beta + step : Math.sqrt(low * high);
            lastStep = Math.abs(next - beta);
            beta = next;
            if (lastStep <= TOLERANCE * beta) {
                break;
            }
            here = objective.at(List.of(beta)).get(0);
        }
        return 1 / beta;
    }
}
