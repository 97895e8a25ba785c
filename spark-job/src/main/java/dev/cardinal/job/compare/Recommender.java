package dev.cardinal.job.compare;

import static java.util.Objects.requireNonNull;

import dev.cardinal.job.common.Format;
import dev.cardinal.job.compare.Comparison.Recommendation;
import dev.cardinal.job.compare.Comparison.TeacherMetrics;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Recommends a teacher: the one with the best top-1, and the cheapest within half a point of it. The teacher with fewer MACs is
 * cheaper; with equal MACs, the one that labels more images per second. If the MACs of a teacher are unknown, only images per second
 * decide; if the images per second of one are unknown, only MACs. If both are unknown, no teacher counts as cheaper. Lives on the
 * driver; immutable.
 */
final class Recommender {
    /** Half a point, as a share of the images: 1 in 200. */
    private static final int IMAGES_PER_HALF_POINT = 200;

    private final List<TeacherMetrics> teachers;
    private final List<Long> right;
    private final long n;

    /**
     * @param right for each teacher, images whose first prediction is correct
     * @param n images with a truth, at least one
     */
    Recommender(List<TeacherMetrics> teachers, List<Long> right, long n) {
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
                ? "no other teacher is within 0.5 points of it"
                : knowsMacs || knowsSpeed
                        ? "no cheaper teacher is within 0.5 points of it"
                        : "it is not known which teacher within 0.5 points of it is the cheapest";
        String cost = cost(best, knowsMacs, knowsSpeed);
        return name(best) + " has the best top-1, " + percent(best) + ", and " + others
                + (cost.isEmpty() ? "" : " (" + cost + ")");
    }

    private String cheaper(int cheapest, int best, boolean knowsMacs, boolean knowsSpeed) {
        return name(cheapest) + " is the cheapest within 0.5 points of the best top-1: " + percent(cheapest) + " at "
                + cost(cheapest, knowsMacs, knowsSpeed) + "; " + name(best) + " has " + percent(best) + " at "
                + cost(best, knowsMacs, knowsSpeed);
    }

    /** Returns the teacher's model, with what distinguishes it from other teachers of the same model. */
    private String name(int teacher) {
        TeacherMetrics named = teachers.get(teacher);
        List<TeacherMetrics> ofModel = teachers.stream()
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
        return Format.format("%.2f %%", 100.0 * right.get(teacher) / n);
    }

    /** Returns the costs of a teacher that were compared, empty if none were. */
    private String cost(int teacher, boolean knowsMacs, boolean knowsSpeed) {
        TeacherMetrics of = teachers.get(teacher);
        List<String> known = new ArrayList<>();
        if (knowsMacs) {
            known.add(macs(requireNonNull(of.macs())) + " MACs per image");
        }
        if (knowsSpeed) {
            known.add(Format.format("%.1f images/s", of.imagesPerSecond()));
        }
        return String.join(" and ", known);
    }

    private static String macs(long macs) {
        if (macs >= 1_000_000_000) {
            return Format.format("%.2f G", macs / 1e9);
        }
        return macs >= 1_000_000 ? Format.format("%.1f M", macs / 1e6) : Format.count(macs);
    }
}
