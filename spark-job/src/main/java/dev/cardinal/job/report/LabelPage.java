package dev.cardinal.job.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cardinal.job.report.LabelSummary.NotOk;
import dev.cardinal.job.report.LabelSummary.Predicted;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Writes the page of {@code label}. */
final class LabelPage {
    private static final int FEW_CLASSES = 30;
    private static final int MOST_CLASSES = 1000;
    private static final String OK = "ok";
    private static final double SURE = 0.5;

    private static final Map<String, String> STATUSES = Map.of(
            OK,
            "classified",
            "empty",
            "an empty file",
            "unsupported",
            "not a supported image format",
            "undecodable",
            "corrupt",
            "too_large",
            "too many pixels or bytes",
            "unreadable",
            "the bytes could not be read");

    private final LabelSummary summary;
    private final Map<String, Thumbnail> thumbnails;
    private final JsonNode run;
    private final Throughput throughput;
    private final Map<String, Long> counts = new TreeMap<>();
    private final long images;
    private final long ok;

    /** @param thumbnails thumbnails of the sample, by path */
    LabelPage(LabelSummary summary, Map<String, Thumbnail> thumbnails) {
        this.summary = summary;
        this.thumbnails = thumbnails;
        this.run = summary.run();
        this.throughput = new Throughput(run);
        run.path("counts")
                .fields()
                .forEachRemaining(
                        count -> counts.put(count.getKey(), count.getValue().asLong()));
        this.images = counts.values().stream().mapToLong(Long::longValue).sum();
        this.ok = counts.getOrDefault(OK, 0L);
    }

    String html() {
        String model = Json.shown(run.path("model"), "id");
        Page page = new Page("label", PageText.count(images, "image", "images") + " labeled")
                .lead("By " + model + ". " + lastRun())
                .warning("The last run did not end normally.", problem());
        page.figure("Images", PageText.count(images), PageText.count(ok, "is ok", "are ok"));
        page.figure("Classified", images == 0 ? PageText.NONE : PageText.percent((double) ok / images), notOkInWords());
        page.figure(
                "Images per second",
                PageText.rate(throughput.imagesPerSecond()),
                "last run, " + PageText.duration(throughput.seconds()));
        page.figure(
                "Classes predicted",
                PageText.count(summary.classes().size()),
                "of " + PageText.count(classNames().size()));
        page.figure(
                "Score of at least 0.5",
                summary.scores().total() == 0
                        ? PageText.NONE
                        : PageText.percent(summary.scores().shareFrom((int)
                                (SURE * summary.scores().counts().size()))),
                "of first predictions");
        page.section("status", "Status", this::status);
        page.section("throughput", "Throughput", throughput::write);
        page.section("classes", "Predictions", this::predictions);
        page.section("images", "Images", this::images);
        return page.options(Json.fields(run.path("options")), Json.fields(run.path("versions")))
                .toString();
    }

    private String lastRun() {
        String finished = Json.text(run, "finished");
        return finished == null
                ? "The last run started at " + PageText.time(Json.shown(run, "started")) + "."
                : "The last run ended at " + PageText.time(finished) + ".";
    }

    private @Nullable String problem() {
        String outcome = Json.shown(run, "outcome");
        return switch (outcome) {
            case "done" -> null;
            case "gate-exceeded" -> "More rows are not ok than --max-bad-fraction allows.";
            case "running" -> "It is still running, or it was killed.";
            default -> outcome + ": " + Json.shown(run, "error");
        };
    }

    private String notOkInWords() {
        return images == ok ? "every image" : PageText.count(images - ok, "is not ok", "are not ok");
    }

    private List<String> classNames() {
        return Json.list(run.path("model"), "classes").stream()
                .map(name -> Json.shown(name, "name"))
                .toList();
    }

    private void status(Html html) {
        html.open("div", "class", "card");
        List<Map.Entry<String, Long>> sorted = counts.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()))
                .toList();
        new Table<>("Images by status", sorted)
                .text("Status", Map.Entry::getKey)
                .bar("Images", count -> Cell.countBar(count.getValue(), images))
                .sorted(Table.Order.DESCENDING)
                .number("Share", count -> Cell.percent((double) count.getValue() / images))
                .text("Meaning", count -> STATUSES.getOrDefault(count.getKey(), ""))
                .write(html);
        long changed = Json.count(run, "changed");
        if (changed > 0) {
            Page.note(
                    html,
                    PageText.count(
                            changed,
                            "labeled file has changed since then and keeps its row.",
                            "labeled files have changed since then and keep their rows."));
        }
        long skipped = Json.count(run, "skipped");
        if (skipped > 0) {
            Page.note(
                    html,
                    PageText.count(
                            skipped,
                            "file, directory or member of an archive was skipped.",
                            "files, directories or members of archives were skipped."));
        }
        html.close();
    }

    private void predictions(Html html) {
        if (summary.classes().isEmpty()) {
            Page.note(html, "No image was classified.");
            return;
        }
        List<Predicted> all = withUnpredicted();
        html.open("div", "class", "charts");
        summary.scores()
                .write(
                        html,
                        "scores",
                        "Scores",
                        "Softmax probability of the first prediction of each image.",
                        "score",
                        "images");
        table("Most frequent classes", all, FEW_CLASSES)
                .card(
                        html,
                        all.size() <= FEW_CLASSES ? "Classes" : "The " + FEW_CLASSES + " most frequent classes",
                        unpredicted(all));
        html.close();
        if (all.size() > FEW_CLASSES) {
            html.open("div", "class", "card").element("h3", "All classes");
            if (all.size() > MOST_CLASSES) {
                Page.note(
                        html,
                        PageText.format(
                                "The %s most frequent of %s classes. The predictions table has all of them.",
                                PageText.count(MOST_CLASSES), PageText.count(all.size())));
            }
            table("All classes", all, MOST_CLASSES).write(html);
            html.close();
        }
    }

    private List<Predicted> withUnpredicted() {
        List<Predicted> all = new ArrayList<>(summary.classes());
        Set<Integer> seen = all.stream().map(Predicted::index).collect(Collectors.toSet());
        List<String> names = classNames();
        for (int i = 0; i < names.size(); i++) {
            if (!seen.contains(i)) {
                all.add(new Predicted(i, names.get(i), 0, null));
            }
        }
        return all;
    }

    private static String unpredicted(List<Predicted> all) {
        long none = all.stream().filter(of -> of.images() == 0).count();
        return "Classes of the first predictions."
                + (none == 0 ? "" : " " + PageText.count(none, "class was", "classes were") + " never predicted.");
    }

    private static Table<Predicted> table(String name, List<Predicted> classes, int limit) {
        long most = classes.stream().mapToLong(Predicted::images).max().orElse(0);
        return new Table<>(name, classes.subList(0, Math.min(limit, classes.size())))
                .text("Class", Predicted::label)
                .bar("Images", of -> Cell.countBar(of.images(), most))
                .sorted(Table.Order.DESCENDING)
                .number("Mean score", of -> Cell.score(of.meanScore()))
                .number("Index", of -> Cell.index(of.index()));
    }

    private void images(Html html) {
        html.open("div", "class", "card").element("h3", "Random sample");
        if (summary.sample().isEmpty()) {
            Page.note(html, "No image was classified.");
        } else {
            html.element("p", "Classified images with their first prediction, chosen by a hash of their paths.");
            ContactSheet.write(html, summary.sample(), thumbnails);
        }
        html.close();
        if (!summary.notOk().isEmpty()) {
            new Table<>("Images that are not ok", summary.notOk())
                    .text("Path", NotOk::path)
                    .text("Status", NotOk::status)
                    .text("Reason", row -> Objects.requireNonNullElse(row.error(), PageText.NONE))
                    .card(html, "Not ok", "Some images of each status that were not classified.");
        }
    }
}
