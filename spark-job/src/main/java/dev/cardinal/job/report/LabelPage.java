package dev.cardinal.job.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cardinal.job.report.LabelSummary.NotOk;
import dev.cardinal.job.report.LabelSummary.Predicted;
import java.util.ArrayList;
import java.util.Comparator;
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
    private static final int MOST_DEVICES = 50;
    private static final String OK = "ok";
    private static final double SURE = 0.5;

    /** What a task's model spends its time on; the other stages go on at the same time. */
    private static final Set<String> OF_THE_MODEL = Set.of("wait", "infer");

    private static final Map<String, String> STAGES = Map.of(
            "fetch", "reading images",
            "decode", "decoding and scaling them",
            "wait", "the model waiting for images",
            "infer", "the model at work",
            "write", "writing rows");

    /** The stage whose time shows a bottleneck. */
    private static final Map<String, String> BOTTLENECKS =
            Map.of("model", "infer", "batches", "infer", "fetch", "fetch", "decode", "decode", "write", "write");

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
    private final Map<String, Long> counts = new TreeMap<>();
    private final long images;
    private final long ok;

    private LabelPage(LabelSummary summary) {
        this.summary = summary;
        this.run = summary.run();
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
                Text.rate(positive(Json.number(run, "images_per_second"))),
                "last run, " + Text.duration(seconds()));
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
        page.section("throughput", "Throughput", this::throughput);
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

    private static @Nullable Double positive(@Nullable Double value) {
        return value == null || value <= 0 ? null : value;
    }

    /** Wall time of the last run that labelled anything, or null. */
    private @Nullable Double seconds() {
        Double rate = positive(Json.number(run, "images_per_second"));
        return rate == null ? null : runImages() / rate;
    }

    private long runImages() {
        long sum = 0;
        for (JsonNode count : run.path("run_counts")) {
            sum += count.asLong();
        }
        return sum;
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

    private void throughput(Html html) {
        Double seconds = seconds();
        if (seconds == null) {
            Page.note(html, "The last run labelled nothing.");
            return;
        }
        String advice = Json.text(run.path("bottleneck"), "advice");
        if (advice != null) {
            Page.advice(html, "Bottleneck:", advice);
        }
        html.open("div", "class", "pair");
        stages(html);
        rates(html, seconds);
        html.close();
        devices(html);
    }

    private void stages(Html html) {
        Map<String, Double> stages = new TreeMap<>();
        run.path("stage_seconds")
                .fields()
                .forEachRemaining(
                        stage -> stages.put(stage.getKey(), stage.getValue().asDouble()));
        double longest = stages.values().stream().mapToDouble(s -> s).max().orElse(0);
        double model = stages.entrySet().stream()
                .filter(stage -> OF_THE_MODEL.contains(stage.getKey()))
                .mapToDouble(Map.Entry::getValue)
                .sum();
        String bottleneck = BOTTLENECKS.get(String.valueOf(Json.text(run.path("bottleneck"), "stage")));
        Table table = new Table("Time by stage")
                .text("Stage")
                .bar("Seconds")
                .number("Share")
                .text("");
        for (String stage : List.of("fetch", "decode", "wait", "infer", "write")) {
            Double took = stages.get(stage);
            if (took != null) {
                boolean ofTheModel = OF_THE_MODEL.contains(stage);
                table.row(
                        Cell.of(stage),
                        new Cell(
                                Text.format("%,.1f", took),
                                took,
                                new Cell.Bar(longest > 0 ? took / longest : 0, null, null)),
                        Cell.percent(ofTheModel && model > 0 ? (Double) (took / model) : null),
                        Cell.of(STAGES.getOrDefault(stage, "") + (stage.equals(bottleneck) ? " (bottleneck)" : "")));
            }
        }
        html.open("div", "class", "card").element("h3", "Time by stage");
        html.element(
                "p",
                "Summed over tasks and threads. The model waits or works; reading, decoding and writing go on at the same"
                        + " time.");
        table.fixed().write(html);
        html.close();
    }

    private void rates(Html html, double seconds) {
        Table table = new Table("Last run").text("Last run").number("").fixed();
        table.row(Cell.of("Images"), Cell.count(runImages()));
        table.row(Cell.of("Wall time"), Cell.of(Text.duration(seconds), seconds));
        Double rate = Json.number(run, "images_per_second");
        table.row(Cell.of("Images a second"), Cell.of(Text.rate(rate), rate));
        long bytes = Json.count(run, "bytes");
        table.row(Cell.of("Bytes read"), Cell.of(Text.bytes(bytes), (double) bytes));
        Double macs = Json.number(run, "macs");
        if (macs != null && rate != null) {
            table.row(Cell.of("MACs for an image"), Cell.of(Text.compact(macs), macs));
            table.row(Cell.of("MACs a second"), Cell.of(Text.compact(macs * rate), macs * rate));
        }
        Double fill = Json.number(run, "batch_fill");
        table.row(Cell.of("Batches filled"), Cell.percent(fill));
        table.row(Cell.of("Commits"), Cell.count(Json.count(run, "commits")));
        html.open("div", "class", "card").element("h3", "Last run");
        table.write(html);
        html.close();
    }

    private void devices(Html html) {
        List<JsonNode> devices = Json.list(run, "devices");
        if (devices.isEmpty()) {
            return;
        }
        Table table = new Table("Devices")
                .text("Executor")
                .text("Host")
                .text("Device")
                .text("Precision")
                .text("Warning");
        // Those to look at come first.
        List<JsonNode> shown = new ArrayList<>(devices);
        shown.sort(Comparator.comparing(device -> Json.text(device, "warning") == null));
        shown.stream()
                .limit(MOST_DEVICES)
                .forEach(device -> table.row(
                        Cell.of(Json.shown(device, "executor")),
                        Cell.of(Json.shown(device, "host")),
                        Cell.of(Json.shown(device, "device")),
                        Cell.of(Json.shown(device, "precision")),
                        Cell.of(Json.shown(device, "warning"))));
        html.open("div", "class", "card").element("h3", "Devices");
        table.write(html);
        if (devices.size() > MOST_DEVICES) {
            Page.note(html, Text.count(devices.size() - MOST_DEVICES) + " more are in run.json.");
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
                Cell.count(of.index())));
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
