package dev.cardinal.job.evaluate;

import java.util.List;

/**
 * Finds the temperature T at which softmax(z / T) has the least negative log-likelihood, by Newton's method on beta = 1 / T, kept
 * between bounds that close in on the minimum. Stateless.
 *
 * <p>T lies between {@value #MIN} and {@value #MAX}. It is {@value #MIN} where sharper is always better, as where every image's
 * truth has the highest logit, and {@value #MAX} where flatter is always better, as where logits are no better than chance. Where
 * all logits of an image are equal, for every image, every T does as well, and it is 1.
 */
final class TemperatureFit {
    static final double MIN = 0.001;
    static final double MAX = 1000;
    /** Enough for halving alone: each costs one pass over the images. */
    private static final int MAX_PASSES = 60;

    private static final double TOLERANCE = 1e-10;

    private TemperatureFit() {}

    /** The likelihood at several betas at once. */
    interface Objective {
        List<Likelihood> at(List<Double> betas);
    }

    /** The best temperature. */
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
            double step = -here.gradient() / here.curvature(); // infinite where the curvature vanishes
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
