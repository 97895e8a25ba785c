package dev.cardinal.job.cli;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.core.JsonProcessingException;
import dev.cardinal.job.common.Format;
import dev.cardinal.job.common.JsonMappers;
import dev.cardinal.job.doctor.Check;
import dev.cardinal.job.doctor.Check.CheckResult;
import dev.cardinal.job.doctor.Diagnosis;
import dev.cardinal.job.doctor.Diagnosis.ExecutorResult;
import dev.cardinal.job.doctor.Diagnosis.Measurement;
import dev.cardinal.job.doctor.Diagnosis.StageSeconds;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Prints a diagnosis: as text with one or more lines for each check, the executors, the stages and the estimate; or as JSON. */
final class DoctorReport {
    private static final int WIDTH = 98;
    private static final String INDENT = " ".repeat(23);
    private static final String ADVICE = "-> ";
    private static final int MAX_EXECUTORS = 20;
    private static final double GIGABYTE = 1e9;

    private DoctorReport() {}

    /** The JSON document: a summary and the diagnosis. Its keys are a contract: they stay, and others may be added. */
    private record Document(
            String outcome,
            int exitCode,
            long passed,
            long warnings,
            long failed,
            long skipped,
            @JsonUnwrapped Diagnosis diagnosis) {}

    static void printJson(Diagnosis diagnosis, PrintStream out) throws JsonProcessingException {
        out.println(JsonMappers.RECORDS.writeValueAsString(new Document(
                diagnosis.hasFailed() ? "fail" : "pass",
                exitCode(diagnosis),
                diagnosis.count(CheckResult.PASS),
                diagnosis.count(CheckResult.WARN),
                diagnosis.count(CheckResult.FAIL),
                diagnosis.count(CheckResult.SKIPPED),
                diagnosis)));
    }

    static int exitCode(Diagnosis diagnosis) {
        return diagnosis.hasFailed() ? ExitCode.FAILED : ExitCode.DONE;
    }

    static void printText(Diagnosis diagnosis, PrintStream out) {
        diagnosis.checks().forEach(check -> print(check, out));
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
            out.println("The estimate assumes that");
            diagnosis.estimate().assumptions().forEach(assumption -> printWrapped("- ", "  ", assumption, out));
        }
        out.println();
        out.println("doctor: " + Format.count(diagnosis.count(CheckResult.PASS), "check") + " passed, "
                + Format.count(diagnosis.count(CheckResult.WARN), "warning") + ", " + diagnosis.count(CheckResult.FAIL)
                + " failed");
    }

    private static void print(Check check, PrintStream out) {
        String head =
                Format.format("%-13s %-8s ", check.name().id(), check.result().id());
        printWrapped(head, INDENT, check.finding(), out);
        if (check.advice() != null) {
            printWrapped(INDENT + ADVICE, INDENT + " ".repeat(ADVICE.length()), check.advice(), out);
        }
    }

    private static void printWrapped(String head, String indent, String text, PrintStream out) {
        List<String> lines = wrapped(TextTable.printable(text), WIDTH - indent.length());
        out.println(head + lines.get(0));
        lines.stream().skip(1).forEach(line -> out.println(indent + line));
    }

    /** Wraps a text at spaces. A line is longer than the width only if it is a single word. */
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

    private static void printExecutors(List<ExecutorResult> executors, PrintStream out) {
        TextTable table = new TextTable(
                "executor", "host", ">tasks", "GPU", "device", ">heap", ">peak", ">model alone", ">images/s");
        for (ExecutorResult each : executors.subList(0, Math.min(MAX_EXECUTORS, executors.size()))) {
            List<String> gpus = each.executor().gpuAddresses();
            String device = each.compute().device();
            table.row(
                    each.executor().id(),
                    each.executor().host(),
                    Integer.toString(each.executor().slots()),
                    gpus.isEmpty() ? "-" : String.join(",", gpus),
                    device == null ? "-" : device + " " + each.compute().precision(),
                    gigabytes(each.memory().heapBytes()),
                    gigabytes(each.memory().peakBytes()),
                    rate(each.speed().modelImagesPerSecond()),
                    rate(each.speed().imagesPerSecond()));
        }
        table.print(out);
        if (executors.size() > MAX_EXECUTORS) {
            out.println("... and " + Format.count(executors.size() - MAX_EXECUTORS)
                    + " more: --format json prints all of them");
        }
    }

    private static String gigabytes(@Nullable Long bytes) {
        return bytes == null ? "-" : Format.format("%.1f GB", bytes / GIGABYTE);
    }

    private static String rate(@Nullable Double imagesPerSecond) {
        return imagesPerSecond == null ? "-" : Format.rate(imagesPerSecond);
    }

    private static void printStages(Measurement measurement, PrintStream out) {
        StageSeconds stages = measurement.stageSeconds();
        double model = stages.waiting() + stages.infer();
        long images = measurement.images();
        TextTable table = new TextTable("stage", ">seconds", ">ms per image", ">share", "");
        stage(table, "fetch", stages.fetch(), images, "", "at the same time");
        stage(table, "decode", stages.decode(), images, "", "at the same time");
        stage(table, "wait", stages.waiting(), images, percent(stages.waiting(), model), "");
        stage(table, "infer", stages.infer(), images, percent(stages.infer(), model), "");
        stage(table, "write", stages.write(), images, "", "at the same time");
        table.row("commit", number(measurement.commitSeconds()), "", "", "once for every commit");
        table.print(out);
    }

    private static void stage(
            TextTable table, String stage, double seconds, long images, String share, String comment) {
        table.row(stage, number(seconds), images == 0 ? "" : number(1000 * seconds / images), share, comment);
    }

    private static String percent(double seconds, double all) {
        return all > 0 ? Format.wholePercent(seconds / all) : "";
    }

    private static String number(double value) {
        return Format.format("%,.2f", value);
    }
}
