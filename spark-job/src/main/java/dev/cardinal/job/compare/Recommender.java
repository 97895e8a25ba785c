package dev.cardinal.job.compare;

import static java.util.Objects.requireNonNull;

import dev.cardinal.job.compare.Comparison.Recommendation;
import dev.cardinal.job.compare.Comparison.Teacher;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Says which teacher to use: the one with the best top-1, and the cheapest within half a point of it. A teacher is cheaper that
 * takes fewer MACs or, at as many, labels more images a second; where one's MACs are not known, images a second alone decide, and
 * where one's images a second are not, MACs alone. Where one has neither, none is cheaper. Lives on the driver; immutable.
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
        boolean knowsSpeed = close.stream().allMatch(t -> teachers.get(t).imagesPerSecond() != null);
        Comparator<Integer> macs = Comparator.comparing(
                t -> knowsMacs ? requireNonNull(teachers.get(t).macs()) : 0L);
        Comparator<Integer> cost = macs.thenComparing(
                t -> knowsSpeed ? -requireNonNull(teachers.get(t).imagesPerSecond()) : 0.0);
        Comparator<Integer> accuracy = Comparator.comparing(t -> -right.get(t));
        int best = close.stream().min(accuracy.thenComparing(cost)).orElseThrow();
        int cheapest = close.stream().min(cost.thenComparing(accuracy)).orElseThrow();
        return new Recommendation(
                best,
                cheapest,
                best == cheapest
                        ? bestAlone(best, close.size(), knowsMacs, knowsSpeed)
                        : cheaper(cheapest, best, knowsMacs, knowsSpeed));
    }

    private String bestAlone(int best, int close, boolean knowsMacs, boolean knowsSpeed) {
        String others = close == 1
                ? "no other is within 0.5 points of it"
                : knowsMacs || knowsSpeed
                        ? "no other within 0.5 points of it is cheaper"
                        : "which within 0.5 points of it is the cheapest is not known";
        String cost = cost(best, knowsMacs, knowsSpeed);
        return name(best) + " has the best top-1, " + percent(best) + ", and " + others
                + (cost.isEmpty() ? "" : " (" + cost + ")");
    }

    private String cheaper(int cheapest, int best, boolean knowsMacs, boolean knowsSpeed) {
        return name(cheapest) + " is the cheapest within 0.5 points of the best top-1: " + percent(cheapest) + " at "
                + cost(cheapest, knowsMacs, knowsSpeed) + ", where " + name(best) + " has " + percent(best) + " at "
                + cost(best, knowsMacs, knowsSpeed);
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

    /** What of a teacher's cost was compared, empty where nothing was. */
    private String cost(int teacher, boolean knowsMacs, boolean knowsSpeed) {
        Teacher of = teachers.get(teacher);
        List<String> known = new ArrayList<>();
        if (knowsMacs) {
            known.add(macs(requireNonNull(of.macs())) + " MACs an image");
        }
        if (knowsSpeed) {
            known.add(String.format(Locale.ROOT, "%.1f images/s", of.imagesPerSecond()));
        }
        return String.join(" and ", known);
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
