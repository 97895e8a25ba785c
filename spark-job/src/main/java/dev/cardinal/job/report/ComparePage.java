package dev.cardinal.job.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cardinal.job.report.Picture.Line;
import dev.cardinal.job.report.Picture.Mark;
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
        COUNTS.put("with_truth", "those whose truth is a class");
        COUNTS.put("unmatched_images", "those with a truth that means no class");
        COUNTS.put("incomplete", "images that not every teacher has classified");
        COUNTS.put("changed", "images that teachers have classified from different bytes");
        COUNTS.put("refused_nan", "images with a score that is no number");
    }

    private final JsonNode comparison;
    private final List<JsonNode> teachers;
    private final Map<String, Thumbnail> thumbnails;

    private ComparePage(JsonNode comparison, Map<String, Thumbnail> thumbnails) {
        this.comparison = comparison;
        this.teachers = Json.list(comparison, "teachers");
        this.thumbnails = thumbnails;
    }

    /**
     * Writes it.
     *
     * @param comparison {@code comparison.json}
     * @param thumbnails of its disagreements, by path
     */
    static String of(JsonNode comparison, Map<String, Thumbnail> thumbnails) {
        return new ComparePage(comparison, thumbnails).write();
    }

    /** The disagreements that are shown. */
    static List<Picture> disagreements(JsonNode comparison) {
        List<Picture> pictures = new ArrayList<>();
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
            pictures.add(new Picture(Json.shown(image, "path"), lines));
        }
        return pictures.subList(0, Math.min(pictures.size(), Thumbnails.MOST));
    }

    /** What stands for a teacher: A, B and on to Z, then T27. */
    private static String mark(int teacher) {
        return teacher < 'Z' - 'A' + 1 ? String.valueOf((char) ('A' + teacher)) : "T" + (teacher + 1);
    }

    private static String name(JsonNode teacher) {
        String precision = Json.text(teacher, "precision");
        return Json.shown(teacher, "model") + (precision == null ? "" : " " + precision);
    }

    private String write() {
        long n = Json.count(comparison, "n");
        long withTruth = Json.count(comparison, "with_truth");
        Page page = new Page(
                        "compare",
                        Text.count(teachers.size(), "teacher", "teachers") + " on " + Text.count(n, "image", "images"))
                .lead(
                        withTruth == 0
                                ? "There is no truth: the page says where they agree, not who is right."
                                : "Held to the truth of " + Text.count(withTruth, "image", "images") + ".")
                .advice("Recommendation:", Json.text(comparison.path("recommendation"), "reason"));
        page.figure("Images", Text.count(n), "that every teacher has");
        page.figure("With truth", Text.count(withTruth), "");
        page.figure("Incomplete", Text.count(Json.count(comparison, "incomplete")), "not classified by all");
        recommended(page, "best", "Best");
        recommended(page, "cheapest", "Cheapest of the best");
        page.section("teachers", "Teachers", this::teachers);
        page.section("pairs", "Pairs", this::pairs);
        page.section("disagreements", "Disagreements", this::disagreements);
        page.section("counts", "Counts", html -> {
            Page.counts(html, comparison, COUNTS);
            Page.unmatched(html, Json.list(comparison, "unmatched"));
        });
        return page.toString();
    }

    private void recommended(Page page, String which, String title) {
        JsonNode index = comparison.path("recommendation").path(which);
        if (index.isInt() && index.asInt() >= 0 && index.asInt() < teachers.size()) {
            JsonNode teacher = teachers.get(index.asInt());
            page.figure(title, mark(index.asInt()), Text.shortened(name(teacher), 60));
        }
    }

    private void teachers(Html html) {
        boolean hasTruth = Json.count(comparison, "with_truth") > 0;
        Table table = new Table("Teachers").text("Teacher").text("Model").text("Precision");
        if (hasTruth) {
            table.number("Top-1").number("95 % interval");
        }
        table.number("Images a second").number("MACs").text("Predictions");
        for (int i = 0; i < teachers.size(); i++) {
            JsonNode teacher = teachers.get(i);
            Double low = Json.number(teacher, "top1_low");
            Double high = Json.number(teacher, "top1_high");
            Double rate = Json.number(teacher, "images_per_second");
            Double macs = Json.number(teacher, "macs");
            List<Cell> cells = new ArrayList<>(List.of(
                    Cell.of(mark(i)),
                    Cell.of(Json.shown(teacher, "model")),
                    Cell.of(Json.shown(teacher, "precision"))));
            if (hasTruth) {
                cells.add(Cell.percent(Json.number(teacher, "top1")));
                cells.add(Cell.of(Text.interval(low, high), low));
            }
            cells.add(Cell.of(Text.rate(rate), rate));
            cells.add(Cell.of(macs == null ? Text.NONE : Text.compact(macs), macs));
            cells.add(Cell.of(String.join("\n", Json.texts(teacher.path("predictions")))));
            table.row(cells.toArray(Cell[]::new));
        }
        html.open("div", "class", "card");
        table.write(html);
        html.close();
        List<CostChart.Teacher> known = IntStream.range(0, teachers.size())
                .mapToObj(i -> known(mark(i), teachers.get(i)))
                .filter(Objects::nonNull)
                .toList();
        if (!known.isEmpty()) {
            html.open("div", "class", "charts");
            CostChart.write(html, "cost", known);
            html.close();
        }
    }

    private static CostChart.@Nullable Teacher known(String mark, JsonNode teacher) {
        Double macs = Json.number(teacher, "macs");
        Double top1 = Json.number(teacher, "top1");
        Double low = Json.number(teacher, "top1_low");
        Double high = Json.number(teacher, "top1_high");
        return macs == null || top1 == null || low == null || high == null
                ? null
                : new CostChart.Teacher(mark, name(teacher), macs, top1, low, high);
    }

    private void pairs(Html html) {
        List<JsonNode> pairs = Json.list(comparison, "pairs");
        boolean hasTruth = Json.count(comparison, "with_truth") > 0;
        Table table =
                new Table("Pairs").text("Pair").bar("Agree").number("Kappa", "Cohen's kappa of the first predictions");
        if (hasTruth) {
            table.number("Difference", "top-1 of the second less that of the first, in points")
                    .number("95 % interval")
                    .number("McNemar p", "exact test that neither is right more often")
                    .number("Both", "images that both have right")
                    .number("First", "images that only the first has right")
                    .number("Second", "images that only the second has right")
                    .number("Neither", "images that neither has right");
        }
        for (JsonNode pair : pairs) {
            Double difference = Json.number(pair, "difference");
            Double low = Json.number(pair, "difference_low");
            Double high = Json.number(pair, "difference_high");
            List<Cell> cells = new ArrayList<>(List.of(
                    Cell.of(mark((int) Json.count(pair, "a")) + " and " + mark((int) Json.count(pair, "b"))),
                    Cell.shareBar(Json.number(pair, "agreement"), null, null),
                    Cell.of(Text.decimal(Json.number(pair, "kappa")), Json.number(pair, "kappa"))));
            if (hasTruth) {
                cells.add(Cell.of(Text.points(difference), difference));
                cells.add(Cell.of(
                        low == null || high == null ? Text.NONE : Text.points(low) + " to " + Text.points(high), low));
                cells.add(Cell.score(Json.number(pair, "mcnemar_p")));
                for (String count : List.of("both_right", "only_a", "only_b", "both_wrong")) {
                    cells.add(Cell.count(Json.count(pair, count)));
                }
            }
            table.row(cells.toArray(Cell[]::new));
        }
        html.open("div", "class", "card");
        if (pairs.isEmpty()) {
            Page.note(html, "There are none.");
        } else {
            html.element(
                    "p",
                    hasTruth
                            ? "Difference: top-1 of the second less that of the first, in points. McNemar: how likely so"
                                    + " uneven a split of the images that only one has right is, were both as good. Then the"
                                    + " images that both, only the first, only the second, and neither have right."
                            : "How often the first predictions are the same, and Cohen's kappa of them.");
            table.write(html);
        }
        html.close();
    }

    private void disagreements(Html html) {
        List<Picture> pictures = disagreements(comparison);
        if (pictures.isEmpty()) {
            Page.note(html, "There are none.");
            return;
        }
        html.open("div", "class", "card");
        html.element("p", "Images on which at least two teachers differ, chosen by a hash of their paths.");
        ContactSheet.write(html, pictures, thumbnails);
        html.close();
    }
}
