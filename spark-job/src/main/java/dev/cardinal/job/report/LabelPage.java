package dev.cardinal.job.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cardinal.job.report.LabelSummary.NotOk;
import dev.cardinal.job.report.LabelSummary.Predicted;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The page of {@code label}. */
final class LabelPage {
    private static final int FEW_CLASSES = 30;
    private static final int MOST_CLASSES = 1000;
    private static final String OK = "ok";
    private static final double SURE = 0.5;

    private static final Map<String, String> STATUSES = Map.of(
            OK,
            "classified",
            "empty",
            "no bytes",
            "unsupported",
            "of no format that is decoded",
            "undecodable",
            "broken",
            "too_large",
            "more pixels or bytes than allowed",
            "unreadable",
            "the bytes are not to be had");

    private final LabelSummary summary;
    private final JsonNode run;
    private final Throughput throughput;
    private final Map<String, Long> counts = new TreeMap<>();
    private final long images;
    private final long ok;

    private LabelPage(LabelSummary summary) {
        this.summary = summary;
        this.run = summary.run();
        this.throughput = new Throughput(run);
        run.path("counts")
                .fields()
                .forEachRemaining(
                        count -> counts.put(count.getKey(), count.getValue().asLong()));
        this.images = counts.values().stream().mapToLong(Long::longValue).sum();
        this.ok = counts.getOrDefault(OK, 0L);
    }

    static String of(LabelSummary summary) {
        return new LabelPage(summary).write();
    }

    private String write() {
        String model = Json.shown(run.path("model"), "id");
        Page page = new Page("label", Text.count(images, "image", "images") + " labelled")
                .lead("By " + model + ". " + lastRun())
                .warning("The last run did not end well.", problem());
        page.figure("Images", Text.count(images), Text.count(ok, "is ok", "are ok"));
        page.figure("Classified", images == 0 ? Text.NONE : Text.percent((double) ok / images), notOkInWords());
        page.figure(
                "Images a second",
                Text.rate(throughput.imagesPerSecond()),
                "last run, " + Text.duration(throughput.seconds()));
        page.figure(
                "Classes predicted",
                Text.count(summary.classes().size()),
                "of " + Text.count(classNames().size()));
        page.figure(
                "Score of at least 0.5",
                summary.scores().total() == 0
                        ? Text.NONE
                        : Text.percent(summary.scores().shareFrom((int)
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
                ? "The last run began at " + Text.time(Json.shown(run, "started")) + "."
                : "The last run ended at " + Text.time(finished) + ".";
    }

    private @Nullable String problem() {
        String outcome = Json.shown(run, "outcome");
        return switch (outcome) {
            case "done" -> null;
            case "gate-exceeded" -> "More rows are not ok than --max-bad-fraction allows.";
            case "running" -> "It has not ended, or was killed.";
            default -> outcome + ": " + Json.shown(run, "error");
        };
    }

    private String notOkInWords() {
        return images == ok ? "every image" : Text.count(images - ok, "is not ok", "are not ok");
    }

    private List<String> classNames() {
        return Json.list(run.path("model"), "classes").stream()
                .map(name -> Json.shown(name, "name"))
                .toList();
    }

    private void status(Html html) {
        html.open("div", "class", "card");
        Table table = new Table("Images by status").text("Status").bar("Images").sorted(Table.Order.DESCENDING);
        table.number("Share").text("Meaning");
        counts.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()))
                .forEach(count -> table.row(
                        Cell.of(count.getKey()),
                        Cell.countBar(count.getValue(), images),
                        Cell.percent((double) count.getValue() / images),
                        Cell.of(STATUSES.getOrDefault(count.getKey(), ""))));
        table.write(html);
        long changed = Json.count(run, "changed");
        if (changed > 0) {
            Page.note(
                    html,
                    Text.count(
                            changed,
                            "labelled file has changed since and keeps its row.",
                            "labelled files have changed since and keep their rows."));
        }
        long skipped = Json.count(run, "skipped");
        if (skipped > 0) {
            Page.note(
                    html,
                    Text.count(
                            skipped,
                            "file was passed over: its name begins with a dot.",
                            "files were passed over: their names begin with a dot."));
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
                        "Softmax probability of each image's first prediction.",
                        "score",
                        "images");
        html.open("div", "class", "card")
                .element("h3", all.size() <= FEW_CLASSES ? "Classes" : "The " + FEW_CLASSES + " commonest classes");
        html.element("p", unpredicted(all));
        table("Commonest classes", all.subList(0, Math.min(FEW_CLASSES, all.size())))
                .write(html);
        html.close().close();
        if (all.size() > FEW_CLASSES) {
            html.open("div", "class", "card").element("h3", "All classes");
            if (all.size() > MOST_CLASSES) {
                Page.note(
                        html,
                        Text.format(
                                "The %s commonest of %s classes; the table of predictions has them all.",
                                Text.count(MOST_CLASSES), Text.count(all.size())));
            }
            table("All classes", all.subList(0, Math.min(MOST_CLASSES, all.size())))
                    .write(html);
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
        return "What images were taken for first."
                + (none == 0 ? "" : " " + Text.count(none, "class was", "classes were") + " never predicted.");
    }

    private static Table table(String name, List<Predicted> classes) {
        long most = classes.stream().mapToLong(Predicted::images).max().orElse(0);
        Table table = new Table(name)
                .text("Class")
                .bar("Images")
                .sorted(Table.Order.DESCENDING)
                .number("Mean score")
                .number("Index");
        classes.forEach(of -> table.row(
                Cell.of(of.label()),
                Cell.countBar(of.images(), most),
                Cell.score(of.meanScore()),
                Cell.index(of.index())));
        return table;
    }

    private void images(Html html) {
        html.open("div", "class", "card").element("h3", "At random");
        if (summary.sample().isEmpty()) {
            Page.note(html, "No image was classified.");
        } else {
            html.element(
                    "p", "Images that were classified, chosen by a hash of their paths, with their first prediction.");
            ContactSheet.write(html, summary.sample(), summary.thumbnails());
        }
        html.close();
        if (!summary.notOk().isEmpty()) {
            Table table = new Table("Images that are not ok")
                    .text("Path")
                    .text("Status")
                    .text("Why");
            for (NotOk row : summary.notOk()) {
                String error = row.error();
                table.row(Cell.of(row.path()), Cell.of(row.status()), Cell.of(error == null ? Text.NONE : error));
            }
            html.open("div", "class", "card").element("h3", "Not ok");
            html.element("p", "Some of the images that were not classified, of each status.");
            table.write(html);
            html.close();
        }
    }
}
