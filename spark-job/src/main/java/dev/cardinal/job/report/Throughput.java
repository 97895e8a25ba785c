package dev.cardinal.job.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes the throughput, the time by stage, and the devices of the last run of {@code label}. */
final class Throughput {
    private static final int MOST_DEVICES = 50;

    /** Stages in the order in which an image passes through them. */
    private static final List<String> STAGES = List.of("fetch", "decode", "wait", "infer", "write");

    private static final Map<String, String> MEANINGS = Map.of(
            "fetch", "reading images",
            "decode", "decoding and resizing images",
            "wait", "the model waits for images",
            "infer", "the model computes",
            "write", "writing rows");

    /** The stage of each bottleneck. */
    private static final Map<String, String> BOTTLENECKS =
            Map.of("model", "infer", "batches", "infer", "fetch", "fetch", "decode", "decode", "write", "write");

    private final JsonNode run;

    /** @param run record of the run */
    Throughput(JsonNode run) {
        this.run = run;
    }

    /** Returns images per second, null if the run labeled no image. */
    @Nullable
    Double imagesPerSecond() {
        Double rate = Json.number(run, "images_per_second");
        return rate == null || rate <= 0 ? null : rate;
    }

    /** Returns the wall time, null if the run labeled no image. */
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
            Page.note(html, "The last run labeled no image.");
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
        double longest = STAGES.stream().mapToDouble(this::seconds).max().orElse(0);
        double ofTheModel = seconds("wait") + seconds("infer");
        String bottleneck = BOTTLENECKS.get(String.valueOf(Json.text(run.path("bottleneck"), "stage")));
        List<String> measured =
                STAGES.stream().filter(run.path("stage_seconds")::has).toList();
        new Table<>("Time by stage", measured)
                .text("Stage", stage -> stage)
                .bar("Seconds", stage -> Cell.bar(PageText.format("%,.1f", seconds(stage)), seconds(stage), longest))
                .number("Share", stage -> share(stage, ofTheModel))
                .text("Meaning", stage -> MEANINGS.get(stage) + (stage.equals(bottleneck) ? " (bottleneck)" : ""))
                .fixed()
                .card(
                        html,
                        "Time by stage",
                        "Sums over tasks and threads. The model waits or computes; reading, decoding and writing run at"
                                + " the same time.");
    }

    private double seconds(String stage) {
        return run.path("stage_seconds").path(stage).asDouble();
    }

    /** Returns the share of a task's duration. The stages before and after the model run at the same time and have none. */
    private Cell share(String stage, double ofTheModel) {
        boolean isOfTheModel = stage.equals("wait") || stage.equals("infer");
        return Cell.percent(isOfTheModel && ofTheModel > 0 ? (Double) (seconds(stage) / ofTheModel) : null);
    }

    private void rates(Html html, double seconds) {
        Map<String, Cell> measures = new LinkedHashMap<>();
        Double rate = imagesPerSecond();
        measures.put("Images", Cell.count(images()));
        measures.put("Wall time", Cell.of(PageText.duration(seconds), seconds));
        measures.put("Images per second", Cell.rate(rate));
        long bytes = Json.count(run, "bytes");
        measures.put("Bytes read", Cell.of(PageText.bytes(bytes), (double) bytes));
        Double macs = Json.number(run, "macs");
        if (macs != null && rate != null) {
            measures.put("MACs per image", Cell.compact(macs));
            measures.put("MACs per second", Cell.compact(macs * rate));
        }
        measures.put("Batch fill", Cell.percent(Json.number(run, "batch_fill")));
        measures.put("Commits", Cell.count(Json.count(run, "commits")));
        new Table<>("Last run", measures.entrySet())
                .text("Measure", Map.Entry::getKey)
                .number("Value", Map.Entry::getValue)
                .fixed()
                .card(html, "Last run", null);
    }

    private void devices(Html html) {
        List<JsonNode> devices = Json.list(run, "devices");
        if (devices.isEmpty()) {
            return;
        }
        // Devices with a warning come first.
        List<JsonNode> shown = devices.stream()
                .sorted(Comparator.comparing(device -> Json.text(device, "warning") == null))
                .limit(MOST_DEVICES)
                .toList();
        html.open("div", "class", "card").element("h3", "Devices");
        new Table<>("Devices", shown)
                .text("Executor", Json.texts("executor"))
                .text("Host", Json.texts("host"))
                .text("Device", Json.texts("device"))
                .text("Precision", Json.texts("precision"))
                .text("Warning", Json.texts("warning"))
                .write(html);
        if (devices.size() > MOST_DEVICES) {
            Page.note(html, PageText.count(devices.size() - MOST_DEVICES) + " more are in run.json.");
        }
        html.close();
    }
}
