package dev.cardinal.job.cli;

import dev.cardinal.job.doctor.Check;
import dev.cardinal.job.doctor.Check.Result;
import dev.cardinal.job.doctor.Diagnosis;
import dev.cardinal.job.doctor.ExecutorDiagnosis;
import dev.cardinal.job.doctor.Measurement;
import dev.cardinal.udf.Counter;
import dev.cardinal.udf.CounterSums;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What {@code doctor} prints: a line or a few for each check, the executors, the stages, the estimate. */
final class DoctorReport {
    private static final int WIDTH = 98;
    private static final String BELOW = " ".repeat(23);
    private static final String ADVICE = "-> ";
    private static final int SHOWN_EXECUTORS = 20;
    private static final double GIGABYTE = 1e9;

    private DoctorReport() {}

    static void print(Diagnosis diagnosis, PrintStream out) {
        for (Check check : diagnosis.checks()) {
            print(check, out);
        }
        if (!diagnosis.executors().isEmpty()) {
            out.println();
            printExecutors(diagnosis.executors(), out);
        }
        if (diagnosis.measurement() != null) {
            out.println();
            printStages(diagnosis.measurement(), out);
        }
        if (diagnosis.estimate() != null) {
            out.println();
            out.println("The estimate takes for granted that");
            diagnosis.estimate().assumptions().forEach(assumption -> printWrapped("- ", "  ", assumption, out));
        }
        out.println();
        out.println(summary(diagnosis));
    }

    /** The last line. */
    static String summary(Diagnosis diagnosis) {
        return String.format(
                Locale.ROOT,
                "doctor: %s passed, %s, %d failed",
                count(diagnosis.count(Result.PASS), "check"),
                count(diagnosis.count(Result.WARN), "warning"),
                diagnosis.count(Result.FAIL));
    }

    private static String count(long count, String noun) {
        return count + " " + noun + (count == 1 ? "" : "s");
    }

    private static void print(Check check, PrintStream out) {
        String head = String.format(
                Locale.ROOT, "%-13s %-8s ", check.name().id(), check.result().id());
        printWrapped(head, BELOW, check.finding(), out);
        if (check.advice() != null) {
            printWrapped(BELOW + ADVICE, BELOW + " ".repeat(ADVICE.length()), check.advice(), out);
        }
    }

    private static void printWrapped(String head, String below, String text, PrintStream out) {
        List<String> lines = wrapped(TextTable.printable(text), WIDTH - below.length());
        out.println(head + lines.get(0));
        lines.stream().skip(1).forEach(line -> out.println(below + line));
    }

    /** Lines of at most so many characters, unless a word has more. */
    static List<String> wrapped(String text, int width) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ", -1)) {
            if (!line.isEmpty() && line.length() + 1 + word.length() > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }

    private static void printExecutors(List<ExecutorDiagnosis> executors, PrintStream out) {
        TextTable table = new TextTable(
                "executor", "host", ">tasks", "GPU", "device", ">heap", ">peak", ">model alone", ">images/s");
        for (ExecutorDiagnosis each : executors.subList(0, Math.min(SHOWN_EXECUTORS, executors.size()))) {
            table.row(
                    each.executor(),
                    each.host(),
                    Integer.toString(each.slots()),
                    each.gpuAddresses().isEmpty() ? "-" : String.join(",", each.gpuAddresses()),
                    each.device() == null ? "-" : each.device() + " " + each.precision(),
                    gigabytes(each.heapBytes()),
                    gigabytes(each.peakBytes()),
                    rate(each.modelImagesPerSecond()),
                    rate(each.imagesPerSecond()));
        }
        table.print(out);
        if (executors.size() > SHOWN_EXECUTORS) {
            out.printf(
                    Locale.ROOT, "... and %,d more: --format json has them all%n", executors.size() - SHOWN_EXECUTORS);
        }
    }

    private static String gigabytes(@Nullable Long bytes) {
        return bytes == null ? "-" : String.format(Locale.ROOT, "%.1f GB", bytes / GIGABYTE);
    }

    private static String rate(@Nullable Double imagesPerSecond) {
        return imagesPerSecond == null ? "-" : LabelReport.rate(imagesPerSecond);
    }

    private static void printStages(Measurement measurement, PrintStream out) {
        CounterSums sums = measurement.sums();
        double model = sums.seconds(Counter.WAIT_NANOS) + sums.seconds(Counter.INFER_NANOS);
        TextTable table = new TextTable("stage", ">seconds", ">ms an image", ">share", "");
        long images = measurement.images();
        ahead(table, "fetch", sums.seconds(Counter.FETCH_NANOS), images);
        ahead(table, "decode", sums.seconds(Counter.DECODE_NANOS), images);
        ofModel(table, "wait", sums.seconds(Counter.WAIT_NANOS), images, model);
        ofModel(table, "infer", sums.seconds(Counter.INFER_NANOS), images, model);
        ahead(table, "write", sums.seconds(Counter.WRITE_NANOS), images);
        table.row("commit", seconds(measurement.commitSeconds()), "", "", "once for up to 100,000 images");
        table.print(out);
    }

    private static void ahead(TextTable table, String stage, double seconds, long images) {
        table.row(stage, seconds(seconds), each(seconds, images), "", "at the same time");
    }

    private static void ofModel(TextTable table, String stage, double seconds, long images, double all) {
        String share = all > 0 ? String.format(Locale.ROOT, "%.0f %%", 100 * seconds / all) : "";
        table.row(stage, seconds(seconds), each(seconds, images), share, "");
    }

    private static String seconds(double seconds) {
        return String.format(Locale.ROOT, "%,.2f", seconds);
    }

    private static String each(double seconds, long images) {
        return images == 0 ? "" : String.format(Locale.ROOT, "%,.2f", 1000 * seconds / images);
    }
}
