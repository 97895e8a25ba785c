package dev.cardinal.job.report;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cardinal.job.report.Plot.Axis;
import dev.cardinal.job.report.Plot.Point;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reliability diagram: the share of correct predictions over their score.
 *
 * @param bins bins of the scores, from the lowest
 */
record ReliabilityDiagram(List<Bin> bins) {
    private static final double LARGEST_DOT = 7;
    private static final double SMALLEST_DOT = 2.5;

    ReliabilityDiagram {
        bins = List.copyOf(bins);
    }

    /**
     * A bin of the scores.
     *
     * @param low lower bound
     * @param high upper bound
     * @param n number of images with a score in the bin
     * @param accuracy share of these images that are correct, null if there are none
     * @param confidence mean score of these images, null if there are none
     */
    record Bin(
            double low,
            double high,
            long n,
            @Nullable Double accuracy,
            @Nullable Double confidence) {
        static @Nullable Bin of(JsonNode json) {
            Double low = Json.number(json, "low");
            Double high = Json.number(json, "high");
            return low == null || high == null || !(low < high)
                    ? null
                    : new Bin(
                            low,
                            high,
                            Json.count(json, "n"),
                            Json.number(json, "accuracy"),
                            Json.number(json, "confidence"));
        }

        String range() {
            return PageText.format("%.2f to %.2f", low, high);
        }

        /** Returns the accuracy minus the mean score, null if the bin has none. */
        @Nullable
        Double difference() {
            return accuracy == null || confidence == null ? null : accuracy - confidence;
        }
    }

    /** Returns the diagram of {@code metrics.json}. */
    static ReliabilityDiagram of(JsonNode metrics) {
        return new ReliabilityDiagram(Json.list(metrics, "reliability").stream()
                .map(Bin::of)
                .filter(Objects::nonNull)
                .toList());
    }

    boolean isEmpty() {
        return bins.stream().allMatch(bin -> bin.n() == 0);
    }

    void write(Html html, String id) {
        String heading = "Reliability";
        Table<Bin> numbers = new Table<>(heading, bins)
                .text("Score", Bin::range)
                .number("Images", bin -> Cell.count(bin.n()))
                .number("Mean score", bin -> Cell.percent(bin.confidence()))
                .number("Correct", bin -> Cell.percent(bin.accuracy()))
                .number("Difference", bin -> Cell.points(bin.difference()))
                .fixed();
        String description = bins.stream()
                .filter(bin -> bin.accuracy() != null)
                .map(bin -> " " + bin.range() + ", " + PageText.percent(bin.accuracy()) + ";")
                .collect(Collectors.joining("", "Share of correct predictions by score:", ""));
        long most = bins.stream().mapToLong(Bin::n).max().orElse(0);
        Plot plot = new Plot(
                html,
                id,
                heading,
                "Share of correct predictions by score. On the dashed line, 80 of 100 predictions with a score of 80 %"
                        + " are correct; below it, the model is overconfident.",
                description,
                Axis.unit("score"),
                Axis.unit("share correct"));
        List<Bin> shown = bins.stream()
                .filter(bin -> bin.difference() != null && bin.n() > 0)
                .toList();
        for (Bin bin : shown) {
            String hint = PageText.format(
                    "%s: %s images, mean score %s, correct %s",
                    bin.range(),
                    PageText.count(bin.n()),
                    PageText.percent(bin.confidence()),
                    PageText.percent(bin.accuracy()));
            plot.rectangle("area", bin.low(), bin.high(), 0, requireNonNull(bin.accuracy()), hint);
        }
        plot.line("ideal", List.of(new Point(0, 0), new Point(1, 1)));
        for (Bin bin : shown) {
            double confidence = requireNonNull(bin.confidence());
            Point dot = new Point(confidence, requireNonNull(bin.accuracy()));
            plot.line("gap", List.of(new Point(confidence, confidence), dot));
            double radius = SMALLEST_DOT + (LARGEST_DOT - SMALLEST_DOT) * Math.sqrt((double) bin.n() / most);
            plot.dot("dot", dot, radius, null);
        }
        plot.end(numbers, "dot", "share correct, larger for more images", "odd", "difference from the mean score");
    }
}
