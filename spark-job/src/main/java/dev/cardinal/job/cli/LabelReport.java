package dev.cardinal.job.cli;

import dev.cardinal.job.common.Format;
import dev.cardinal.job.label.Bottleneck;
import dev.cardinal.job.label.LabelResult;
import dev.cardinal.job.label.RunStatistics;
import dev.cardinal.udf.device.DeviceUse;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/** Prints the result of {@code label}. */
final class LabelReport {
    private static final int SHOWN = 5;
    /** The time of the stages is printed only for runs that take longer. */
    private static final double LONG_SECONDS = 10;
    /** Stages that a task waits for; the other stages run at the same time, on other threads. */
    private static final Set<String> OF_THE_MODEL = Set.of("wait", "infer");

    private LabelReport() {}

    /** Prints the whole report. */
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

    /** Prints what was labeled and where the table is, without the time of the stages. */
    static void printShort(LabelResult result, String output, PrintStream out) {
        printCounts(result, out);
        printOutput(output, out);
    }

    /** Prints how many images were labeled, and how fast. */
    static void printHeadline(LabelResult result, PrintStream out) {
        out.println(headline(result));
    }

    private static void printOutput(String output, PrintStream out) {
        out.println("predictions: " + output);
    }

    private static void printCounts(LabelResult result, PrintStream out) {
        out.println(headline(result));
        if (result.inputs().skipped() > 0) {
            out.printf(
                    Locale.ROOT,
                    "%,d files, directories or members of archives skipped%n",
                    result.inputs().skipped());
        }
        if (result.inputs().changed() > 0) {
            out.printf(
                    Locale.ROOT,
                    "%,d labeled files have changed since and keep their rows: --relabel changed labels them again%n",
                    result.inputs().changed());
        }
        if (!result.replaced().isEmpty()) {
            out.printf(Locale.ROOT, "replaced rows: %s%n", replaced(result.replaced()));
        }
        if (!result.unsplit().isEmpty()) {
            out.printf(
                    Locale.ROOT,
                    "%,d compressed files were each read by one task, which took longer than the others (for example %s):"
                            + " uncompressed files are split%n",
                    result.unsplit().size(),
                    TextTable.printable(result.unsplit().get(0)));
        }
        printDevices(result.statistics().devices(), out);
        printStatuses(result, out);
    }

    private static String replaced(Map<String, Long> byStatus) {
        return byStatus.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(each -> Format.count(each.getValue()) + " " + each.getKey())
                .collect(Collectors.joining(", "));
    }

    private static String headline(LabelResult result) {
        if (result.inputs().found() == 0) {
            return "no images found";
        }
        if (result.labeled() == 0) {
            return Format.format(
                    "nothing to do: all %,d images are labeled already",
                    result.inputs().found());
        }
        String already = result.inputs().alreadyLabeled() == 0
                ? ""
                : Format.format(" (%,d were labeled already)", result.inputs().alreadyLabeled());
        return Format.format(
                "labeled %,d images in %.1f s, %s images/s, with %s%s",
                result.labeled(), result.seconds(), Format.rate(result.imagesPerSecond()), result.model(), already);
    }

    /** Prints a warning for each executor whose device is not what the user may expect. */
    private static void printDevices(List<DeviceUse> devices, PrintStream out) {
        List<DeviceUse> odd =
                devices.stream().filter(use -> use.warning() != null).toList();
        odd.stream().limit(SHOWN).forEach(use -> out.println(TextTable.printable(use + ": " + use.warning())));
        if (odd.size() > SHOWN) {
            out.printf(Locale.ROOT, "... and %,d more executors: see devices in run.json%n", odd.size() - SHOWN);
        }
    }

    private static void printStatuses(LabelResult result, PrintStream out) {
        if (result.counts().isEmpty()) {
            return;
        }
        TextTable table = new TextTable("status", ">images", "for example");
        result.counts().forEach((status, count) -> {
            List<String> examples = result.examples().getOrDefault(status, List.of());
            table.row(status, Format.count(count), examples.isEmpty() ? "" : examples.get(0));
            examples.stream().skip(1).forEach(example -> table.row("", "", example));
        });
        table.print(out);
    }

    private static void printStages(LabelResult result, PrintStream out) {
        RunStatistics statistics = result.statistics();
        double tasks = statistics.stageSeconds().entrySet().stream()
                .filter(stage -> OF_THE_MODEL.contains(stage.getKey()))
                .mapToDouble(Map.Entry::getValue)
                .sum();
        TextTable table = new TextTable("stage", ">seconds", ">share", "");
        statistics.stageSeconds().forEach((stage, seconds) -> {
            boolean ofTheModel = OF_THE_MODEL.contains(stage);
            table.row(
                    stage,
                    Format.format("%,.1f", seconds),
                    ofTheModel && tasks > 0 ? Format.wholePercent(seconds / tasks) : "",
                    ofTheModel ? "" : "at the same time");
        });
        table.print(out);
        Bottleneck bottleneck = statistics.bottleneck();
        if (bottleneck != null) {
            out.println(bottleneck.advice());
        }
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
