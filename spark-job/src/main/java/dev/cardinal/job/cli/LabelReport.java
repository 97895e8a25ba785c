package dev.cardinal.job.cli;

import dev.cardinal.job.label.LabelResult;
import dev.cardinal.udf.DeviceUse;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/** What {@code label} prints at its end. */
final class LabelReport {
    private static final int SHOWN = 5;

    private LabelReport() {}

    static void print(LabelResult result, @Nullable String output, PrintStream out) {
        if (output == null) {
            printRows(result.rows(), out);
        }
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
        if (output != null) {
            out.println("predictions: " + output);
        }
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
                String.format(Locale.ROOT, result.imagesPerSecond() < 10 ? "%.1f" : "%.0f", result.imagesPerSecond()),
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
