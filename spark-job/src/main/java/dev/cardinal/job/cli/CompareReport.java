package dev.cardinal.job.cli;

import dev.cardinal.job.common.Format;
import dev.cardinal.job.compare.Comparison;
import dev.cardinal.job.compare.Comparison.PairMetrics;
import dev.cardinal.job.compare.Comparison.TeacherMetrics;
import dev.cardinal.job.truth.UnmatchedTruth;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Prints the result of {@code compare}. Teachers are numbered from 1, in the order of the command line. */
final class CompareReport {
    private static final int SHOWN = 5;

    private CompareReport() {}

    static void print(Comparison comparison, PrintStream out) {
        out.printf(
                Locale.ROOT,
                "compared: %,d images that all %d teachers have labeled, %,d of them with a truth%n",
                comparison.n(),
                comparison.teachers().size(),
                comparison.withTruth());
        printSkipped(comparison, out);
        comparison.notes().forEach(note -> out.println(TextTable.printable("note: " + note)));
        out.println();
        boolean hasTruth = comparison.withTruth() > 0;
        printTeachers(comparison.teachers(), hasTruth, out);
        out.println();
        printPairs(comparison.pairs(), hasTruth, out);
        out.println();
        if (comparison.recommendation() == null) {
            out.println(
                    "no recommendation: no image has a truth, and agreement alone does not show which teacher is right;"
                            + " name a truth with --truth");
        } else {
            out.println(TextTable.printable(
                    "recommendation: " + comparison.recommendation().reason()));
        }
    }

    private static void printSkipped(Comparison comparison, PrintStream out) {
        printUnlessNone("not labeled by every teacher", comparison.incomplete(), "", out);
        printUnlessNone("changed between the teachers", comparison.changed(), "", out);
        printUnlessNone("skipped because a score is NaN or infinite", comparison.refusedNan(), "", out);
        String unmatched = comparison.unmatched().stream()
                .limit(SHOWN)
                .map(UnmatchedTruth::truth)
                .collect(Collectors.joining(", ", ", such as ", ""));
        printUnlessNone(
                "images whose truth is not a class of the teachers",
                comparison.unmatchedImages(),
                TextTable.printable(unmatched),
                out);
    }

    private static void printUnlessNone(String what, long count, String examples, PrintStream out) {
        if (count > 0) {
            out.printf(Locale.ROOT, "%s: %,d%s%n", what, count, examples);
        }
    }

    private static void printTeachers(List<TeacherMetrics> teachers, boolean hasTruth, PrintStream out) {
        TextTable table = hasTruth
                ? new TextTable(
                        ">teacher", "model", "precision", ">images", ">images/s", ">MACs", ">top-1", ">low", ">high")
                : new TextTable(">teacher", "model", "precision", ">images", ">images/s", ">MACs");
        for (int t = 0; t < teachers.size(); t++) {
            TeacherMetrics each = teachers.get(t);
            table.row(
                    String.valueOf(t + 1),
                    each.model(),
                    each.precision(),
                    Format.count(each.images()),
                    Format.number("%.1f", each.imagesPerSecond()),
                    Format.count(each.macs()),
                    Format.percent(each.top1()),
                    Format.percent(each.top1Low()),
                    Format.percent(each.top1High()));
        }
        table.print(out);
    }

    private static void printPairs(List<PairMetrics> pairs, boolean hasTruth, PrintStream out) {
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
        for (PairMetrics pair : pairs) {
            table.row(
                    (pair.a() + 1) + ", " + (pair.b() + 1),
                    Format.percent(pair.agreement()),
                    Format.number("%.4f", pair.kappa()),
                    Format.count(pair.bothRight()),
                    Format.count(pair.onlyA()),
                    Format.count(pair.onlyB()),
                    Format.count(pair.bothWrong()),
                    points(pair.difference()),
                    points(pair.differenceLow()),
                    points(pair.differenceHigh()),
                    Format.number("%.3g", pair.mcnemarP()));
        }
        table.print(out);
    }

    private static String points(@Nullable Double difference) {
        return Format.number("%+.2f", difference == null ? null : 100 * difference);
    }
}
