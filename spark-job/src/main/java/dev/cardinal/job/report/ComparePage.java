package dev.cardinal.job.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cardinal.job.report.GalleryItem.Line;
import dev.cardinal.job.report.GalleryItem.Mark;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The page of {@code compare}. */
final class ComparePage {
    private static final Map<String, String> COUNTS = new LinkedHashMap<>();

    static {
        COUNTS.put("n", "images compared");
        COUNTS.put("with_truth", "images whose truth is a class");
        COUNTS.put("unmatched_images", "images whose truth matches no class");
        COUNTS.put("ambiguous_images", "of these, images whose truth is the name of several classes");
        COUNTS.put("incomplete", "images that some teachers did not classify");
        COUNTS.put("changed", "images whose bytes differed between teachers");
        COUNTS.put("refused_nan", "images with a score that is NaN or infinite");
    }

    private final JsonNode comparison;
    private final List<JsonNode> teachers;
    private final Map<String, Thumbnail> thumbnails;

    /**
     * @param comparison {@code comparison.json}
     * @param thumbnails thumbnails of its disagreements, by path
     */
    ComparePage(JsonNode comparison, Map<String, Thumbnail> thumbnails) {
        this.comparison = comparison;
        this.teachers = Json.list(comparison, "teachers");
        this.thumbnails = thumbnails;
    }

    /** Returns the disagreements that the page shows. */
    static List<GalleryItem> disagreements(JsonNode comparison) {
        List<GalleryItem> items = new ArrayList<>();
        for (JsonNode image : Json.list(comparison, "disagreements")) {
            String truth = Json.text(image, "truth_label");
            Double truthIndex = Json.number(image, "truth_index");
            List<JsonNode> predictions = Json.list(image, "predictions");
            List<Line> lines = new ArrayList<>();
            for (int i = 0; i < predictions.size(); i++) {
                Double index = Json.number(predictions.get(i), "class_index");
                lines.add(new Line(
                        mark(i),
                        Json.shown(predictions.get(i), "label"),
                        Json.number(predictions.get(i), "score"),
                        truthIndex == null ? Mark.NONE : truthIndex.equals(index) ? Mark.RIGHT : Mark.WRONG));
            }
            if (truth != null) {
                lines.add(new Line("truth", truth, null, Mark.NONE));
            }
            items.add(new GalleryItem(Json.shown(image, "path"), lines));
        }
        return items.subList(0, Math.min(items.size(), Thumbnails.MOST));
    }

    /** Returns the short name of a teacher: A, B, ..., Z, then T27 and so on. */
    private static String mark(int teacher) {
        return teacher < 'Z' - 'A' + 1 ? String.valueOf((char) ('A' + teacher)) : "T" + (teacher + 1);
    }

    private static String name(JsonNode teacher) {
        String precision = Json.text(teacher, "precision");
        return Json.shown(teacher, "model") + (precision == null ? "" : " " + precision);
    }

    String html() {
        long n = Json.count(comparison, "n");
        long withTruth = Json.count(comparison, "with_truth");
        Page page = new Page(
                        "compare",
                        PageText.count(teachers.size(), "teacher", "teachers") + " on "
                                + PageText.count(n, "image", "images"))
                .lead(
                        withTruth == 0
                                ? "Without a truth, this page shows where the teachers agree, not which one is right."
                                : "Compared with the truth of " + PageText.count(withTruth, "image", "images") + ".")
                .advice("Recommendation:", Json.text(comparison.path("recommendation"), "reason"));
        page.figure("Images", PageText.count(n), "classified by every teacher");
        page.figure("With truth", PageText.count(withTruth), "");
        page.figure(
                "Incomplete", PageText.count(Json.count(comparison, "incomplete")), "not classified by every teacher");
        recommended(page, "best", "Best");
        recommended(page, "cheapest", "Cheapest of similar accuracy");
        page.section("teachers", "Teachers", this::teachers);
        page.section("pairs", "Pairs", this::pairs);
        page.section("disagreements", "Disagreements", this::disagreements);
        page.section("counts", "Counts", html -> {
            Page.counts(html, comparison, COUNTS);
            Page.notes(html, comparison);
            Page.unmatched(html, Json.list(comparison, "unmatched"));
        });
        return page.toString();
    }

    private boolean hasTruth() {
        return Json.count(comparison, "with_truth") > 0;
    }

    private void recommended(Page page, String which, String title) {
        JsonNode index = comparison.path("recommendation").path(which);
        if (index.isInt() && index.asInt() >= 0 && index.asInt() < teachers.size()) {
            JsonNode teacher = teachers.get(index.asInt());
            page.figure(title, mark(index.asInt()), PageText.shortened(name(teacher), 60));
        }
    }

    private void teachers(Html html) {
        Table<Integer> table = new Table<>(
                        "Teachers", IntStream.range(0, teachers.size()).boxed().toList())
                .text("Teacher", ComparePage::mark)
                .text("Model", Json.texts("model").compose(teachers::get))
                .text("Precision", Json.texts("precision").compose(teachers::get));
        if (hasTruth()) {
            table.number("Top-1", Json.numbers("top1", Cell::percent).compose(teachers::get))
                    .number(
                            "95 % interval",
                            Json.intervals("top1_low", "top1_high").compose(teachers::get));
        }
        table.number(
                        "Images per second",
                        Json.numbers("images_per_second", Cell::rate).compose(teachers::get))
                .number("MACs", Json.numbers("macs", Cell::compact).compose(teachers::get))
                .text(
                        "Predictions",
                        i -> String.join("\n", Json.texts(teachers.get(i).path("predictions"))))
                .card(html, null, null);
        List<CostChart.ChartedTeacher> known = IntStream.range(0, teachers.size())
                .mapToObj(i -> known(mark(i), teachers.get(i)))
                .filter(Objects::nonNull)
                .toList();
        if (!known.isEmpty()) {
            html.open("div", "class", "charts");
            CostChart.write(html, "cost", known);
            html.close();
        }
    }

    private static CostChart.@Nullable ChartedTeacher known(String mark, JsonNode teacher) {
        Double macs = Json.number(teacher, "macs");
        Double top1 = Json.number(teacher, "top1");
        Double low = Json.number(teacher, "top1_low");
        Double high = Json.number(teacher, "top1_high");
        return macs == null || top1 == null || low == null || high == null
                ? null
                : new CostChart.ChartedTeacher(mark, name(teacher), macs, top1, low, high);
    }

    private void pairs(Html html) {
        List<JsonNode> pairs = Json.list(comparison, "pairs");
        if (pairs.isEmpty()) {
            html.open("div", "class", "card");
            Page.note(html, "There is only one teacher.");
            html.close();
            return;
        }
        Table<JsonNode> table = new Table<>("Pairs", pairs)
                .text("Pair", pair -> mark((int) Json.count(pair, "a")) + " and " + mark((int) Json.count(pair, "b")))
                .bar("Agree", pair -> Cell.shareBar(Json.number(pair, "agreement"), null, null))
                .number("Kappa", "Cohen's kappa of the first predictions", Json.numbers("kappa", Cell::decimal));
        if (hasTruth()) {
            table.number(
                            "Difference",
                            "top-1 of the second minus top-1 of the first, in percentage points",
                            Json.numbers("difference", Cell::points))
                    .number("95 % interval", ComparePage::interval)
                    .number(
                            "McNemar p",
                            "exact test whether one is right more often",
                            Json.numbers("mcnemar_p", Cell::score))
                    .number("Both", "images that both classify correctly", Json.counts("both_right"))
                    .number("First", "images that only the first classifies correctly", Json.counts("only_a"))
                    .number("Second", "images that only the second classifies correctly", Json.counts("only_b"))
                    .number("Neither", "images that neither classifies correctly", Json.counts("both_wrong"));
        }
        table.card(
                html,
                null,
                hasTruth()
                        ? "Difference: top-1 of the second minus top-1 of the first, in percentage points. McNemar p:"
                                + " the probability of such a difference if both teachers were equally good. Then the"
                                + " number of images that both, only the first, only the second, and neither classify"
                                + " correctly."
                        : "How often the first predictions are the same, and their kappa (Cohen).");
    }

    private static Cell interval(JsonNode pair) {
        Double low = Json.number(pair, "difference_low");
        Double high = Json.number(pair, "difference_high");
        return Cell.of(
                low == null || high == null ? PageText.NONE : PageText.points(low) + " to " + PageText.points(high),
                low);
    }

    private void disagreements(Html html) {
        List<GalleryItem> items = disagreements(comparison);
        if (items.isEmpty()) {
            Page.note(html, "The teachers agree on every image.");
            return;
        }
        html.open("div", "class", "card");
        html.element("p", "Images for which at least two teachers disagree, chosen by a hash of their paths.");
        ContactSheet.write(html, items, thumbnails);
        html.close();
    }
}
