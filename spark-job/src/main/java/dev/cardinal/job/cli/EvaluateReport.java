package dev.cardinal.job.cli;

import dev.cardinal.job.common.Format;
import dev.cardinal.job.evaluate.Metrics;
import dev.cardinal.job.evaluate.Metrics.ClassPrecision;
import dev.cardinal.job.evaluate.Metrics.PrecisionAt;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Prints the result of {@code evaluate}. */
final class EvaluateReport {
    private static final int CONFUSIONS_SHOWN = 3;
    private static final int SHOWN = 5;

    private EvaluateReport() {}

    static void print(Metrics metrics, PrintStream out) {
        Metrics.AccuracyMetrics accuracy = metrics.accuracy();
        out.println(share("top-1", accuracy.top1(), accuracy.top1Low(), accuracy.top1High(), metrics.n()));
        if (accuracy.top5() != null && accuracy.top5Low() != null && accuracy.top5High() != null) {
            out.println(share("top-5", accuracy.top5(), accuracy.top5Low(), accuracy.top5High(), metrics.n()));
        }
        printCalibration(metrics.calibration(), out);
        printConfusions(metrics, out);
        printSkipped(metrics, out);
        metrics.notes().forEach(note -> out.println(TextTable.printable("note: " + note)));
        if (metrics.selection() != null) {
            printSelection(metrics.selection(), out);
        }
    }

    private static String share(String name, double value, double low, double high, long n) {
        return Format.format(
                "%s %6.2f %%  (95 %% interval %.2f to %.2f, %,d of %,d images)",
                name, 100 * value, 100 * low, 100 * high, Math.round(value * n), n);
    }

    private static void printCalibration(Metrics.CalibrationMetrics calibration, PrintStream out) {
        out.printf(
                Locale.ROOT, "ECE   %6.2f %%  (maximum %.2f %%)%n", 100 * calibration.ece(), 100 * calibration.mce());
        Metrics.Temperature temperature = calibration.temperature();
        if (calibration.nll() == null || temperature == null) {
            return;
        }
        out.printf(Locale.ROOT, "NLL   %6.4f%n", calibration.nll());
        out.printf(
                Locale.ROOT,
                "temperature %.4g%s: NLL %.4f, ECE %.2f %%%n",
                temperature.value(),
                temperature.atBound() ? " (the limit of the search)" : "",
                temperature.nll(),
                100 * temperature.ece());
    }

    private static void printConfusions(Metrics metrics, PrintStream out) {
        if (metrics.confusions().isEmpty()) {
            return;
        }
        out.println(TextTable.printable("most frequent confusions: "
                + metrics.confusions().stream()
                        .limit(CONFUSIONS_SHOWN)
                        .map(each -> Format.format(
                                "%s classified as %s (%,d)", each.truthLabel(), each.predictedLabel(), each.n()))
                        .collect(Collectors.joining(", "))));
    }

    private static void printSkipped(Metrics metrics, PrintStream out) {
        Metrics.ExcludedCounts excluded = metrics.excluded();
        printUnlessNone("images without a truth", excluded.withoutTruth(), List.of(), out);
        printUnlessNone("images with a truth that were not classified", excluded.notClassified(), List.of(), out);
        printUnlessNone(
                "images skipped because a score or logit is NaN or infinite", excluded.refusedNan(), List.of(), out);
        printUnlessNone(
                "images whose truth is not a class of the model",
                excluded.unmatchedImages(),
                excluded.unmatched().stream()
                        .map(each -> each.truth() + " (" + each.count() + ")")
                        .toList(),
                out);
        printUnlessNone(
                "classes that are not the truth of any image",
                metrics.classesWithoutTruth().size(),
                metrics.classesWithoutTruth(),
                out);
    }

    private static void printUnlessNone(String what, long count, List<String> examples, PrintStream out) {
        if (count > 0) {
            out.printf(Locale.ROOT, "%s: %,d%s%n", what, count, some(examples));
        }
    }

    private static String some(List<String> all) {
        String some = all.stream().limit(SHOWN).map(each -> ", " + each).collect(Collectors.joining());
        return TextTable.printable(all.size() > SHOWN ? some + ", ..." : some);
    }

    private static void printSelection(List<PrecisionAt> selection, PrintStream out) {
        TextTable byRank = new TextTable("selected", ">images", ">with truth", ">precision", ">low", ">high");
        for (PrecisionAt at : selection) {
            byRank.row(
                    "K = " + Format.count(at.k()),
                    Format.count(at.selected()),
                    Format.count(at.withTruth()),
                    Format.percent(at.precision()),
                    Format.percent(at.low()),
                    Format.percent(at.high()));
        }
        out.println();
        byRank.print(out);
        if (selection.isEmpty()) {
            return;
        }
        PrecisionAt whole = selection.get(selection.size() - 1);
        TextTable byClass = new TextTable(
                "class at K = " + Format.count(whole.k()), ">selected", ">with truth", ">right", ">precision");
        for (ClassPrecision each : whole.perClass()) {
            byClass.row(
                    each.label(),
                    Format.count(each.selected()),
                    Format.count(each.withTruth()),
                    Format.count(each.right()),
                    Format.percent(each.precision()));
        }
        out.println();
        byClass.print(out);
    }
}
