package dev.cardinal.job.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cardinal.job.report.Plot.Axis;
import dev.cardinal.job.report.Plot.Point;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How often predictions are right that the model is so sure of.
 *
 * @param bins equal parts of the scores, from the lowest
 */
record ReliabilityDiagram(List<Bin> bins) {
    private static final double LARGEST_DOT = 7;
    private static final double SMALLEST_DOT = 2.5;

    ReliabilityDiagram {
        bins = List.copyOf(bins);
    }

    /**
     * A part of the scores.
     *
     * @param low its lower end
     * @param high its upper end
     * @param n images whose score lies in it
     * @param accuracy share of them that are right, null where there are none
     * @param confidence their mean score, null where there are none
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
    }

    /** As {@code metrics.json} has it. */
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
        Table numbers = new Table(heading)
                .text("Score")
                .number("Images")
                .number("Mean score")
                .number("Right")
                .number("Difference")
                .fixed();
        for (Bin bin : bins) {
            Double accuracy = bin.accuracy();
            Double confidence = bin.confidence();
            Double difference = accuracy == null || confidence == null ? null : accuracy - confidence;
            numbers.row(
                    Cell.of(Text.format("%.2f to %.2f", bin.low(), bin.high())),
                    Cell.count(bin.n()),
                    Cell.percent(confidence),
                    Cell.percent(accuracy),
                    Cell.of(Text.points(difference), difference));
        }
        Figure.write(
                html,
                heading,
                "How often predictions of a score are right. On the dashed line a score of 80 % is right 80 times in 100;"
                        + " below it the model is surer than it should be.",
                inside -> {
                    draw(inside, id, heading);
                    Figure.legend(
                            inside, "dot", "right, larger for more images", "odd", "difference from the mean score");
                },
                numbers);
    }

    private void draw(Html html, String id, String heading) {
        StringBuilder description = new StringBuilder("Share of right predictions by score:");
        long most = 1;
        for (Bin bin : bins) {
            if (bin.accuracy() != null) {
                description.append(Text.format(" %.2f to %.2f, ", bin.low(), bin.high()));
                description.append(Text.percent(bin.accuracy())).append(';');
            }
            most = Math.max(most, bin.n());
        }
        Plot plot = new Plot(html, id, heading, description.toString(), Axis.unit("score"), Axis.unit("share right"));
        for (Bin bin : bins) {
            Double accuracy = bin.accuracy();
            Double confidence = bin.confidence();
            if (accuracy != null && confidence != null && bin.n() > 0) {
                String hint = Text.format(
                        "%.2f to %.2f: %s images, mean score %s, right %s",
                        bin.low(), bin.high(), Text.count(bin.n()), Text.percent(confidence), Text.percent(accuracy));
                plot.rectangle("area", bin.low(), bin.high(), 0, accuracy, hint);
            }
        }
        plot.line("ideal", List.of(new Point(0, 0), new Point(1, 1)));
        for (Bin bin : bins) {
            Double accuracy = bin.accuracy();
            Double confidence = bin.confidence();
            if (accuracy != null && confidence != null && bin.n() > 0) {
                double radius = SMALLEST_DOT + (LARGEST_DOT - SMALLEST_DOT) * Math.sqrt((double) bin.n() / most);
                plot.line("gap", List.of(new Point(confidence, confidence), new Point(confidence, accuracy)));
                plot.dot("dot", new Point(confidence, accuracy), radius, null);
            }
        }
        plot.end();
    }
}
