package dev.cardinal.job.cli;

import dev.cardinal.job.compare.Comparison;
import dev.cardinal.job.compare.Comparison.Pair;
import dev.cardinal.job.compare.Comparison.Teacher;
import dev.cardinal.job.evaluate.Metrics;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What {@code compare} prints at its end. Teachers have numbers from 1, in the order they were named. */
final class CompareReport {
    private static final int SHOWN = 5;

    private CompareReport() {}

    static void print(Comparison comparison, PrintStream out) {
        out.printf(
                Locale.ROOT,
                "compared: %,d images that all %d teachers have labelled, %,d of them with a truth%n",
                comparison.n(),
                comparison.teachers().size(),
                comparison.withTruth());
        printLeftOut(comparison, out);
        out.println();
        boolean hasTruth = comparison.withTruth() > 0;
        printTeachers(comparison.teachers(), hasTruth, out);
        out.println();
        printPairs(comparison.pairs(), hasTruth, out);
        out.println();
        if (comparison.recommendation() == null) {
            out.println(
                    "no recommendation: no image has a truth, and agreement alone does not say which teacher is right;"
                            + " name a truth with --truth");
        } else {
            out.println(TextTable.printable(
                    "recommendation: " + comparison.recommendation().reason()));
        }
    }

    private static void printLeftOut(Comparison comparison, PrintStream out) {
        printUnlessNone("not labelled by every teacher", comparison.incomplete(), "", out);
        printUnlessNone("changed between the teachers", comparison.changed(), "", out);
        printUnlessNone("left out, as a score is NaN or infinite", comparison.refusedNan(), "", out);
        String unmatched = comparison.unmatched().stream()
                .limit(SHOWN)
                .map(Metrics.Unmatched::truth)
                .collect(Collectors.joining(", ", ", such as ", ""));
        printUnlessNone(
                "images with a truth that is no class of the teachers",
                comparison.unmatchedImages(),
                TextTable.printable(unmatched),
                out);
    }

    private static void printUnlessNone(String what, long count, String examples, PrintStream out) {
        if (count > 0) {
            out.printf(Locale.ROOT, "%s: %,d%s%n", what, count, examples);
        }
    }

    private static void printTeachers(List<Teacher> teachers, boolean hasTruth, PrintStream out) {
        TextTable table = hasTruth
                ? new TextTable(
                        ">teacher", "model", "precision", ">images", ">images/s", ">MACs", ">top-1", ">low", ">high")
                : new TextTable(">teacher", "model", "precision", ">images", ">images/s", ">MACs");
        for (int t = 0; t < teachers.size(); t++) {
            Teacher each = teachers.get(t);
            table.row(
                    String.valueOf(t + 1),
                    each.model(),
                    each.precision(),
                    count(each.images()),
                    number("%.1f", each.imagesPerSecond()),
                    count(each.macs()),
                    percent(each.top1()),
                    percent(each.top1Low()),
                    percent(each.top1High()));
        }
        table.print(out);
    }

    private static void printPairs(List<Pair> pairs, boolean hasTruth, PrintStream out) {
        TextTable table = hasTruth
                ? new TextTable(
                        "pair",
                        ">agreement",
                        ">kappa",
                        ">both right",
                        ">only first",
                        ">only second",
                        ">both wrong",
                        ">second - first",
                        ">low",
                        ">high",
                        ">McNemar p")
                : new TextTable("pair", ">agreement", ">kappa");
        for (Pair pair : pairs) {
            table.row(
                    (pair.a() + 1) + ", " + (pair.b() + 1),
                    percent(pair.agreement()),
                    number("%.4f", pair.kappa()),
                    count(pair.bothRight()),
                    count(pair.onlyA()),
                    count(pair.onlyB()),
                    count(pair.bothWrong()),
                    points(pair.difference()),
                    points(pair.differenceLow()),
                    points(pair.differenceHigh()),
                    number("%.3g", pair.mcnemarP()));
        }
        table.print(out);
    }

    private static String count(@Nullable Long value) {
        return value == null ? "-" : String.format(Locale.ROOT, "%,d", value);
    }

    private static String percent(@Nullable Double share) {
        return share == null ? "-" : String.format(Locale.ROOT, "%.2f %%", 100 * share);
    }

    private static String points(@Nullable Double difference) {
        return difference == null ? "-" : String.format(Locale.ROOT, "%+.2f", 100 * difference);
    }

    private static String number(String format, @Nullable Double value) {
        return value == null ? "-" : String.format(Locale.ROOT, format, value);
    }
}
