package dev.cardinal.job.compare;

import static java.util.Objects.requireNonNull;

import dev.cardinal.job.compare.Comparison.Recommendation;
import dev.cardinal.job.compare.Comparison.Teacher;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Says which teacher to use: the one with the best top-1, and the cheapest within half a point of it. A teacher is cheaper that
 * takes fewer MACs or, at as many, labels more images a second; where one's MACs are not known, images a second alone decide.
 * Lives on the driver; immutable.
 */
final class Recommender {
    /** Half a point, as a share of the images: 1 in 200. */
    private static final int IMAGES_PER_HALF_POINT = 200;

    private final List<Teacher> teachers;
    private final List<Long> right;
    private final long n;

    /**
     * @param right images that each teacher has right
     * @param n images with a truth, at least one
     */
    Recommender(List<Teacher> teachers, List<Long> right, long n) {
        this.teachers = teachers;
        this.right = right;
        this.n = n;
    }

    Recommendation recommend() {
        long most = right.stream().mapToLong(Long::longValue).max().orElseThrow();
        List<Integer> close = IntStream.range(0, teachers.size())
                .filter(t -> (most - right.get(t)) * IMAGES_PER_HALF_POINT <= n)
                .boxed()
                .toList();
        boolean knowsMacs = close.stream().allMatch(t -> teachers.get(t).macs() != null);
        Comparator<Integer> cost = Comparator.comparing(t -> -teachers.get(t).imagesPerSecond());
        if (knowsMacs) {
            cost = Comparator.<Integer, Long>comparing(
                            t -> requireNonNull(teachers.get(t).macs()))
                    .thenComparing(cost);
        }
        Comparator<Integer> accuracy = Comparator.comparing(t -> -right.get(t));
        int best = close.stream().min(accuracy.thenComparing(cost)).orElseThrow();
        int cheapest = close.stream().min(cost.thenComparing(accuracy)).orElseThrow();
        return new Recommendation(best, cheapest, reason(best, cheapest, close.size(), knowsMacs));
    }

    private String reason(int best, int cheapest, int close, boolean knowsMacs) {
        if (best == cheapest) {
            return name(best) + " has the best top-1, " + percent(best)
                    + (close == 1
                            ? ", and no other is within 0.5 points of it"
                            : ", and no other within 0.5 points of it is cheaper")
                    + " (" + cost(best, knowsMacs) + ")";
        }
        return name(cheapest) + " is the cheapest within 0.5 points of the best top-1: " + percent(cheapest) + " at "
                + cost(cheapest, knowsMacs) + ", where " + name(best) + " has " + percent(best) + " at "
                + cost(best, knowsMacs);
    }

    /** Its model, with what tells it from other teachers of the same model. */
    private String name(int teacher) {
        Teacher named = teachers.get(teacher);
        List<Teacher> ofModel = teachers.stream()
                .filter(each -> each.model().equals(named.model()))
                .toList();
        if (ofModel.size() == 1) {
            return named.model();
        }
        long alike = ofModel.stream()
                .filter(each -> each.precision().equals(named.precision()))
                .count();
        return named.model() + " in " + named.precision()
                + (alike == 1 ? "" : " (" + String.join(", ", named.predictions()) + ")");
    }

    private String percent(int teacher) {
        return String.format(Locale.ROOT, "%.2f %%", 100.0 * right.get(teacher) / n);
    }

    private String cost(int teacher, boolean knowsMacs) {
        Teacher of = teachers.get(teacher);
        String speed = String.format(Locale.ROOT, "%.1f images/s", of.imagesPerSecond());
        return knowsMacs ? macs(requireNonNull(of.macs())) + " MACs an image and " + speed : speed;
    }

    private static String macs(long macs) {
        if (macs >= 1_000_000_000) {
            return String.format(Locale.ROOT, "%.2f G", macs / 1e9);
        }
        return macs >= 1_000_000
                ? String.format(Locale.ROOT, "%.1f M", macs / 1e6)
                : String.format(Locale.ROOT, "%,d", macs);
    }
}
