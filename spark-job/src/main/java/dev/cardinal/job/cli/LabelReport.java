package dev.cardinal.job.cli;

import dev.cardinal.job.label.LabelResult;
import dev.cardinal.udf.DeviceUse;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/** What {@code label} prints at its end. */
final class LabelReport {
    private static final int SHOWN = 5;
    /** What took a run its time is said of runs that take longer. */
    private static final double LONG_SECONDS = 10;
    /** What a task's model spends its time on; the other stages go on at the same time. */
    private static final Set<String> OF_THE_MODEL = Set.of("wait", "infer");

    private LabelReport() {}

    /** Everything. */
    static void print(LabelResult result, @Nullable String output, PrintStream out) {
        if (output == null) {
            printRows(result.rows(), out);
        }
        printCounts(result, out);
        if (result.seconds() >= LONG_SECONDS) {
            printStages(result, out);
        }
        if (output != null) {
            printOutput(output, out);
        }
    }

    /** What was labelled and where it is, and nothing of what took the time. */
    static void printShort(LabelResult result, String output, PrintStream out) {
        printCounts(result, out);
        printOutput(output, out);
    }

    /** How many images were labelled, and how fast. */
    static void printHeadline(LabelResult result, PrintStream out) {
        out.println(headline(result));
    }

    private static void printOutput(String output, PrintStream out) {
        out.println("predictions: " + output);
    }

    private static void printCounts(LabelResult result, PrintStream out) {
        out.println(headline(result));
        if (result.skipped() > 0) {
            out.printf("%,d files or directories passed over: their names begin with a dot%n", result.skipped());
        }
        if (result.changed() > 0) {
            out.printf(
                    "%,d labelled files have changed since and keep their rows: another --output labels them anew%n",
                    result.changed());
        }
        if (!result.unsplit().isEmpty()) {
            out.printf(
                    "%,d files in gzip were each read by one task, which took longer than others (for example %s): plain"
                            + " ones are split%n",
                    result.unsplit().size(),
                    TextTable.printable(result.unsplit().get(0)));
        }
        printDevices(result.devices(), out);
        printStatuses(result, out);
    }

    private static String headline(LabelResult result) {
        if (result.found() == 0) {
            return "no images found";
        }
        if (result.labelled() == 0) {
            return String.format(Locale.ROOT, "nothing to do: all %,d images are labelled already", result.found());
        }
        String already = result.alreadyLabelled() == 0
                ? ""
                : String.format(Locale.ROOT, " (%,d were labelled already)", result.alreadyLabelled());
        return String.format(
                Locale.ROOT,
                "labelled %,d images in %.1f s, %s images/s, with %s%s",
                result.labelled(),
                result.seconds(),
                rate(result.imagesPerSecond()),
                result.model(),
                already);
    }

    /** Executors whose device the user should look at. */
    private static void printDevices(List<DeviceUse> devices, PrintStream out) {
        List<DeviceUse> odd =
                devices.stream().filter(use -> use.warning() != null).toList();
        odd.stream().limit(SHOWN).forEach(use -> out.println(TextTable.printable(use + ": " + use.warning())));
        if (odd.size() > SHOWN) {
            out.printf("... and %,d more executors: see devices in run.json%n", odd.size() - SHOWN);
        }
    }

    private static void printStatuses(LabelResult result, PrintStream out) {
        if (result.counts().isEmpty()) {
            return;
        }
        TextTable table = new TextTable("status", ">images", "for example");
        result.counts().forEach((status, count) -> {
            List<String> examples = result.examples().getOrDefault(status, List.of());
            table.row(status, String.format(Locale.ROOT, "%,d", count), examples.isEmpty() ? "" : examples.get(0));
            examples.stream().skip(1).forEach(example -> table.row("", "", example));
        });
        table.print(out);
    }

    private static void printStages(LabelResult result, PrintStream out) {
        double tasks = result.stageSeconds().entrySet().stream()
                .filter(stage -> OF_THE_MODEL.contains(stage.getKey()))
                .mapToDouble(Map.Entry::getValue)
                .sum();
        TextTable table = new TextTable("stage", ">seconds", ">share", "");
        result.stageSeconds().forEach((stage, seconds) -> {
            boolean ofTheModel = OF_THE_MODEL.contains(stage);
            table.row(
                    stage,
                    String.format(Locale.ROOT, "%,.1f", seconds),
                    ofTheModel && tasks > 0 ? String.format(Locale.ROOT, "%.0f %%", 100 * seconds / tasks) : "",
                    ofTheModel ? "" : "at the same time");
        });
        table.print(out);
        result.bottleneck().ifPresent(bottleneck -> out.println(bottleneck.advice()));
    }

    /** Images a second, with a digit after the point where they are few. */
    static String rate(double imagesPerSecond) {
        return String.format(Locale.ROOT, imagesPerSecond < 10 ? "%.1f" : "%.0f", imagesPerSecond);
    }

    private static void printRows(List<Row> rows, PrintStream out) {
        for (Row row : rows) {
            out.println(TextTable.printable(row.getAs("path")));
            if (row.isNullAt(row.fieldIndex("predictions"))) {
                out.println("  " + row.<String>getAs("status") + ": " + row.<String>getAs("error"));
                continue;
            }
            List<Row> predictions = row.getList(row.fieldIndex("predictions"));
            for (Row prediction : predictions.subList(0, Math.min(SHOWN, predictions.size()))) {
                out.printf(
                        Locale.ROOT,
                        "  %6.2f %%  %s%n",
                        100 * prediction.<Float>getAs("score"),
                        prediction.<String>getAs("label"));
            }
        }
    }
}
