package dev.cardinal.job.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The page of {@code evaluate}. */
final class EvaluatePage {
    private static final int MOST_CLASSES = 1000;
    private static final int MOST_NAMES = 200;
    private static final int LONGEST_NAME = 120;

    /** Images that count, and those that do not. */
    private static final Map<String, String> COUNTS = new LinkedHashMap<>();

    static {
        COUNTS.put("n", "images that count");
        COUNTS.put("not_classified", "images with a truth that were not classified");
        COUNTS.put("without_truth", "images without a truth");
        COUNTS.put("unmatched_images", "images with a truth that means no class");
        COUNTS.put("refused_nan", "images with a score or logit that is no number");
    }

    private final JsonNode metrics;
    private final Map<String, Thumbnail> thumbnails;

    private EvaluatePage(JsonNode metrics, Map<String, Thumbnail> thumbnails) {
        this.metrics = metrics;
        this.thumbnails = thumbnails;
    }

    /**
     * Writes it.
     *
     * @param metrics {@code metrics.json}
     * @param thumbnails of its errors, by path
     */
    static String of(JsonNode metrics, Map<String, Thumbnail> thumbnails) {
        return new EvaluatePage(metrics, thumbnails).write();
    }

    /** The errors that are shown. */
    static List<Picture> errors(JsonNode metrics) {
        List<Picture> errors = new ArrayList<>();
        for (JsonNode error : Json.list(metrics, "errors")) {
            errors.add(Picture.predicted(
                    Json.shown(error, "path"),
                    Json.shown(error, "predicted_label"),
                    Json.number(error, "score"),
                    Json.text(error, "truth_label"),
                    Picture.Mark.WRONG));
        }
        return errors.subList(0, Math.min(errors.size(), Thumbnails.MOST));
    }

    private String write() {
        long n = Json.count(metrics, "n");
        Page page = new Page(
                        "evaluate", "Top-1 " + Text.percent(number("top1")) + " on " + Text.count(n, "image", "images"))
                .lead("Predictions of " + Json.shown(metrics, "model") + " held to the truth.");
        page.figure("Top-1", Text.percent(number("top1")), Text.interval(number("top1_low"), number("top1_high")));
        page.figure("Top-5", Text.percent(number("top5")), Text.interval(number("top5_low"), number("top5_high")));
        page.figure("ECE", Text.percent(number("ece")), "expected calibration error");
        page.figure("MCE", Text.percent(number("mce")), "in the worst bin");
        page.figure(
                "NLL", Text.decimal(number("nll")), number("nll") == null ? "needs --emit logits" : "nats an image");
        Double temperature = Json.number(metrics.path("temperature"), "value");
        if (temperature != null) {
            page.figure("Temperature", Text.decimal(temperature), "lowers the NLL most");
        }
        page.section("counts", "Counts", html -> Page.counts(html, metrics, COUNTS));
        page.section("calibration", "Calibration", this::calibration);
        List<JsonNode> steps = Json.list(metrics, "selection");
        if (!steps.isEmpty()) {
            page.section("selection", "Selection", html -> selection(html, steps));
        }
        page.section("confusions", "Confusions", this::confusions);
        page.section("classes", "Classes", this::classes);
        page.section("errors", "Errors", this::errors);
        if (!Json.list(metrics, "unmatched").isEmpty()
                || !Json.list(metrics, "classes_without_truth").isEmpty()) {
            page.section("unmatched", "Without a match", this::unmatched);
        }
        return page.toString();
    }

    private @Nullable Double number(String name) {
        return Json.number(metrics, name);
    }

    private void calibration(Html html) {
        ReliabilityDiagram diagram = ReliabilityDiagram.of(metrics);
        if (diagram.isEmpty()) {
            Page.note(html, "There are no scores to compare with the truth.");
            return;
        }
        JsonNode temperature = metrics.path("temperature");
        Double value = Json.number(temperature, "value");
        if (value != null) {
            Page.note(
                    html,
                    Text.format(
                            "Divided by a temperature of %s, logits give an NLL of %s instead of %s, and an ECE of %s instead"
                                    + " of %s.",
                            Text.decimal(value),
                            Text.decimal(Json.number(temperature, "nll")),
                            Text.decimal(number("nll")),
                            Text.percent(Json.number(temperature, "ece")),
                            Text.percent(number("ece"))));
        }
        html.open("div", "class", "charts");
        diagram.write(html, "reliability");
        new Histogram(diagram.bins().stream().map(ReliabilityDiagram.Bin::n).toList())
                .write(
                        html,
                        "confidence",
                        "Scores",
                        "How sure the model is of its first predictions.",
                        "score",
                        "images");
        html.close();
    }

    private void selection(Html html, List<JsonNode> steps) {
        List<JsonNode> sorted = new ArrayList<>(steps);
        sorted.sort(Comparator.comparingLong(step -> Json.count(step, "k")));
        JsonNode last = sorted.get(sorted.size() - 1);
        html.open("div", "class", "charts");
        PrecisionCurve.write(html, "precision", sorted);
        Table table = new Table("Precision by class")
                .text("Class")
                .bar("Right")
                .sorted(Table.Order.ASCENDING)
                .number("95 % interval")
                .number("Selected")
                .number("With truth", "selected images with a truth, of a class or not");
        lowest(Json.list(last, "per_class"), "precision")
                .forEach(of -> table.row(
                        Cell.of(Json.shown(of, "label")),
                        Cell.shareBar(Json.number(of, "precision"), Json.number(of, "low"), Json.number(of, "high")),
                        Cell.of(Text.interval(Json.number(of, "low"), Json.number(of, "high")), Json.number(of, "low")),
                        Cell.count(Json.count(of, "selected")),
                        Cell.count(Json.count(of, "with_truth"))));
        html.open("div", "class", "card").element("h3", "By class, K = " + Text.count(Json.count(last, "k")));
        table.write(html);
        html.close().close();
    }

    private void confusions(Html html) {
        List<JsonNode> confusions = Json.list(metrics, "confusions");
        if (confusions.isEmpty()) {
            Page.note(html, "No image was taken for another class.");
            return;
        }
        long most = confusions.stream()
                .mapToLong(pair -> Json.count(pair, "n"))
                .max()
                .orElse(0);
        Table table = new Table("Confusions")
                .text("Truth")
                .text("Taken for")
                .bar("Images")
                .sorted(Table.Order.DESCENDING);
        for (JsonNode pair : confusions) {
            table.row(
                    Cell.of(Json.shown(pair, "truth_label")),
                    Cell.of(Json.shown(pair, "predicted_label")),
                    Cell.countBar(Json.count(pair, "n"), most));
        }
        html.open("div", "class", "card").element("p", "The commonest pairs.");
        table.write(html);
        html.close();
    }

    private void classes(Html html) {
        List<JsonNode> classes = Json.list(metrics, "per_class");
        Table table = new Table("Classes")
                .text("Class")
                .bar("Top-1")
                .sorted(Table.Order.ASCENDING)
                .number("95 % interval")
                .number("Top-5", "share of the class's images with it among the first five")
                .number("Images", "images whose truth is the class")
                .number("Predicted", "images taken for the class")
                .number("Precision", "share of those that are of the class")
                .number("Index");
        for (JsonNode of : lowest(classes, "top1")) {
            Double low = Json.number(of, "top1_low");
            Double high = Json.number(of, "top1_high");
            table.row(
                    Cell.of(Json.shown(of, "label")),
                    Cell.shareBar(Json.number(of, "top1"), low, high),
                    Cell.of(Text.interval(low, high), low),
                    Cell.percent(Json.number(of, "top5")),
                    Cell.count(Json.count(of, "n")),
                    Cell.count(Json.count(of, "predicted")),
                    Cell.percent(Json.number(of, "precision")),
                    Cell.index(Json.count(of, "class_index")));
        }
        html.open("div", "class", "card");
        if (classes.size() > MOST_CLASSES) {
            Page.note(
                    html,
                    Text.format(
                            "The %s of %s classes with the lowest top-1; metrics.json has them all.",
                            Text.count(MOST_CLASSES), Text.count(classes.size())));
        }
        table.write(html);
        html.close();
    }

    /** Those with the lowest figure, from there on; those without one come last. */
    private static List<JsonNode> lowest(List<JsonNode> classes, String figure) {
        return classes.stream()
                .sorted(Comparator.comparing(
                        of -> Json.number(of, figure), Comparator.nullsLast(Comparator.naturalOrder())))
                .limit(MOST_CLASSES)
                .toList();
    }

    private void errors(Html html) {
        List<Picture> errors = errors(metrics);
        if (errors.isEmpty()) {
            Page.note(html, "There are none.");
            return;
        }
        html.open("div", "class", "card");
        html.element("p", "Images whose first prediction is wrong, chosen by a hash of their paths.");
        ContactSheet.write(html, errors, thumbnails);
        html.close();
    }

    private void unmatched(Html html) {
        html.open("div", "class", "pair");
        Page.unmatched(html, Json.list(metrics, "unmatched"));
        List<String> without = Json.texts(metrics.path("classes_without_truth"));
        if (!without.isEmpty()) {
            html.open("div", "class", "card").element("h3", "Classes without a truth");
            html.element("p", Text.count(without.size()) + " classes occur in no truth.");
            html.open("details").element("summary", "Their names");
            html.element(
                    "p",
                    without.stream()
                                    .limit(MOST_NAMES)
                                    .map(name -> Text.shortened(name, LONGEST_NAME))
                                    .collect(Collectors.joining(" \u00b7 "))
                            + (without.size() > MOST_NAMES ? " \u2026" : ""));
            html.close().close();
        }
        html.close();
    }
}
