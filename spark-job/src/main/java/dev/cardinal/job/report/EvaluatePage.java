package dev.cardinal.job.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The page of {@code evaluate}.
 *
 * @param metrics {@code metrics.json}
 * @param thumbnails thumbnails of its errors, by path
 */
record EvaluatePage(JsonNode metrics, Map<String, Thumbnail> thumbnails) {
    private static final int MOST_CLASSES = 1000;
    private static final int MOST_NAMES = 200;
    private static final int LONGEST_NAME = 120;

    /** Names of counts in {@code metrics.json}, with their meanings. */
    private static final Map<String, String> COUNTS = new LinkedHashMap<>();

    static {
        COUNTS.put("n", "images that were evaluated");
        COUNTS.put("not_classified", "images with a truth that were not classified");
        COUNTS.put("without_truth", "images without a truth");
        COUNTS.put("unmatched_images", "images whose truth matches no class");
        COUNTS.put("ambiguous_images", "of these, images whose truth is the name of several classes");
        COUNTS.put("refused_nan", "images with a score or logit that is NaN or infinite");
    }

    /** Returns the errors that the page shows. */
    static List<GalleryItem> errors(JsonNode metrics) {
        List<GalleryItem> errors = new ArrayList<>();
        for (JsonNode error : Json.list(metrics, "errors")) {
            errors.add(GalleryItem.predicted(
                    Json.shown(error, "path"),
                    Json.shown(error, "predicted_label"),
                    Json.number(error, "score"),
                    Json.text(error, "truth_label"),
                    GalleryItem.Mark.WRONG));
        }
        return errors.subList(0, Math.min(errors.size(), Thumbnails.MOST));
    }

    /** Returns the images that the page shows because their truth is probably wrong. */
    static List<GalleryItem> suspects(JsonNode metrics) {
        List<GalleryItem> suspects = new ArrayList<>();
        for (JsonNode suspect : Json.list(metrics.path("label_errors"), "suspects")) {
            suspects.add(GalleryItem.predicted(
                    Json.shown(suspect, "path"),
                    Json.shown(suspect, "suggested_label"),
                    null,
                    Json.shown(suspect, "truth_label"),
                    GalleryItem.Mark.NONE));
        }
        return suspects.subList(0, Math.min(suspects.size(), Thumbnails.MOST));
    }

    private void suspects(Html html) {
        JsonNode found = metrics.path("label_errors");
        html.open("div", "class", "card");
        html.element(
                "p",
                PageText.format(
                        "%s of %s images are confidently of another class than their truth; the estimated share of wrong"
                                + " truths is %s. These are the most suspicious images, with the class that is more"
                                + " probable. The table suspects/ has more.",
                        PageText.count(Json.count(found, "issues")),
                        PageText.count(Json.count(found, "images")),
                        PageText.percent(Json.number(found, "estimated_share"))));
        ContactSheet.write(html, suspects(metrics), thumbnails);
        html.close();
    }

    String html() {
        long n = Json.count(metrics, "n");
        Page page = new Page(
                        "evaluate",
                        "Top-1 " + PageText.percent(number("top1")) + " on " + PageText.count(n, "image", "images"))
                .lead("Predictions of " + Json.shown(metrics, "model") + " compared with the truth.");
        page.figure(
                "Top-1", PageText.percent(number("top1")), PageText.interval(number("top1_low"), number("top1_high")));
        page.figure(
                "Top-5", PageText.percent(number("top5")), PageText.interval(number("top5_low"), number("top5_high")));
        page.figure("ECE", PageText.percent(number("ece")), "expected calibration error");
        page.figure("MCE", PageText.percent(number("mce")), "maximum calibration error");
        page.figure(
                "NLL",
                PageText.decimal(number("nll")),
                number("nll") == null ? "needs --emit logits" : "nats per image");
        Double temperature = Json.number(metrics.path("temperature"), "value");
        if (temperature != null) {
            page.figure("Temperature", PageText.decimal(temperature), "minimizes the NLL");
        }
        page.section("counts", "Counts", html -> {
            Page.counts(html, metrics, COUNTS);
            Page.notes(html, metrics);
        });
        page.section("calibration", "Calibration", this::calibration);
        List<JsonNode> steps = Json.list(metrics, "selection");
        if (!steps.isEmpty()) {
            page.section("selection", "Selection", html -> selection(html, steps));
        }
        page.section("confusions", "Confusions", this::confusions);
        page.section("classes", "Classes", this::classes);
        page.section("errors", "Errors", this::errors);
        if (metrics.hasNonNull("label_errors")) {
            page.section("suspects", "Suspicious truths", this::suspects);
        }
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
                    PageText.format(
                            "With logits divided by a temperature of %s, the NLL is %s instead of %s, and the ECE is %s"
                                    + " instead of %s.",
                            PageText.decimal(value),
                            PageText.decimal(Json.number(temperature, "nll")),
                            PageText.decimal(number("nll")),
                            PageText.percent(Json.number(temperature, "ece")),
                            PageText.percent(number("ece"))));
        }
        html.open("div", "class", "charts");
        diagram.write(html, "reliability");
        new Histogram(diagram.bins().stream().map(ReliabilityDiagram.Bin::n).toList())
                .write(html, "confidence", "Scores", "Scores of the first predictions.", "score", "images");
        html.close();
    }

    private void selection(Html html, List<JsonNode> steps) {
        List<JsonNode> sorted = new ArrayList<>(steps);
        sorted.sort(Comparator.comparingLong(step -> Json.count(step, "k")));
        JsonNode last = sorted.get(sorted.size() - 1);
        html.open("div", "class", "charts");
        PrecisionCurve.write(html, "precision", sorted);
        new Table<>("Precision by class", lowest(Json.list(last, "per_class"), "precision"))
                .text("Class", Json.texts("label"))
                .bar("Correct", Json.bars("precision", "low", "high"))
                .sorted(Table.Order.ASCENDING)
                .number("95 % interval", Json.intervals("low", "high"))
                .number("Selected", Json.counts("selected"))
                .number(
                        "With truth",
                        "selected images with a truth, including truths that match no class",
                        Json.counts("with_truth"))
                .card(html, "By class, K = " + PageText.count(Json.count(last, "k")), null);
        html.close();
    }

    private void confusions(Html html) {
        List<JsonNode> confusions = Json.list(metrics, "confusions");
        if (confusions.isEmpty()) {
            Page.note(html, "No image was classified as another class.");
            return;
        }
        long most = confusions.stream()
                .mapToLong(pair -> Json.count(pair, "n"))
                .max()
                .orElse(0);
        new Table<>("Confusions", confusions)
                .text("Truth", Json.texts("truth_label"))
                .text("Predicted", Json.texts("predicted_label"))
                .bar("Images", pair -> Cell.countBar(Json.count(pair, "n"), most))
                .sorted(Table.Order.DESCENDING)
                .card(html, null, "The most frequent pairs.");
    }

    private void classes(Html html) {
        List<JsonNode> classes = Json.list(metrics, "per_class");
        html.open("div", "class", "card");
        if (classes.size() > MOST_CLASSES) {
            Page.note(
                    html,
                    PageText.format(
                            "The %s of %s classes with the lowest top-1; metrics.json has them all.",
                            PageText.count(MOST_CLASSES), PageText.count(classes.size())));
        }
        new Table<>("Classes", lowest(classes, "top1"))
                .text("Class", Json.texts("label"))
                .bar("Top-1", Json.bars("top1", "top1_low", "top1_high"))
                .sorted(Table.Order.ASCENDING)
                .number("95 % interval", Json.intervals("top1_low", "top1_high"))
                .number(
                        "Top-5",
                        "share of the images of this class that have it in their top 5",
                        Json.numbers("top5", Cell::percent))
                .number("Images", "images whose truth is this class", Json.counts("n"))
                .number("Predicted", "images that were classified as this class", Json.counts("predicted"))
                .number(
                        "Precision",
                        "share of these images that belong to the class",
                        Json.numbers("precision", Cell::percent))
                .number("Index", of -> Cell.index(Json.count(of, "class_index")))
                .write(html);
        html.close();
    }

    /** Sorts classes by a number, the lowest first, and limits them. Classes without the number come last. */
    private static List<JsonNode> lowest(List<JsonNode> classes, String number) {
        return classes.stream()
                .sorted(Comparator.comparing(
                        of -> Json.number(of, number), Comparator.nullsLast(Comparator.naturalOrder())))
                .limit(MOST_CLASSES)
                .toList();
    }

    private void errors(Html html) {
        List<GalleryItem> errors = errors(metrics);
        if (errors.isEmpty()) {
            Page.note(html, "No first prediction is wrong.");
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
            html.element("p", PageText.count(without.size()) + " classes do not occur in the truth.");
            html.open("details").element("summary", "Names");
            html.element(
                    "p",
                    without.stream()
                                    .limit(MOST_NAMES)
                                    .map(name -> PageText.shortened(name, LONGEST_NAME))
                                    .collect(Collectors.joining(" \u00b7 "))
                            + (without.size() > MOST_NAMES ? " \u2026" : ""));
            html.close().close();
        }
        html.close();
    }
}
