package dev.cardinal.job.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What took the last run of {@code label} its time, and what it ran on, as its record has it. */
final class Throughput {
    private static final int MOST_DEVICES = 50;

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

    private final JsonNode run;

    /** @param run the record */
    Throughput(JsonNode run) {
        this.run = run;
    }

    /** Images a second, null where the run labelled none. */
    @Nullable
    Double imagesPerSecond() {
        Double rate = Json.number(run, "images_per_second");
        return rate == null || rate <= 0 ? null : rate;
    }

    /** Wall time, null where the run labelled nothing. */
    @Nullable
    Double seconds() {
        Double rate = imagesPerSecond();
        return rate == null ? null : images() / rate;
    }

    private long images() {
        long sum = 0;
        for (JsonNode count : run.path("run_counts")) {
            sum += count.asLong();
        }
        return sum;
    }

    void write(Html html) {
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
                .text("What it is");
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
        Table table = new Table("Last run").text("Measure").number("Value").fixed();
        table.row(Cell.of("Images"), Cell.count(images()));
        table.row(Cell.of("Wall time"), Cell.of(Text.duration(seconds), seconds));
        Double rate = imagesPerSecond();
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
}
