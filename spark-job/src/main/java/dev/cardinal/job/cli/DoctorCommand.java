package dev.cardinal.job.cli;

import dev.cardinal.job.doctor.Diagnosis;
import dev.cardinal.job.doctor.DoctorJob;
import dev.cardinal.job.doctor.DoctorRequest;
import dev.cardinal.job.source.SourceSpec;
import dev.cardinal.udf.image.ImageOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code doctor}: checks whether labeling will work here, and estimates how long it will take. */
@CommandLine.Command(
        name = "doctor",
        description = "Checks this machine and cluster as 'label' would use them; with --model and --input, measures"
                + " each stage on a sample, names the bottleneck and estimates the time. Leaves no files behind.",
        footer = {"", "Exit codes: 0 no check failed, 1 a check failed, 2 wrong usage."},
        sortOptions = false)
final class DoctorCommand extends CommonOptions implements Command {
    private enum ReportFormat {
        TEXT,
        JSON
    }

    @Option(
            names = "--model",
            paramLabel = "DIR",
            description = "A model bundle written by 'import', or with --card any SavedModel.")
    private @Nullable String model;

    @Option(
            names = "--card",
            paramLabel = "FILE.json",
            description = "Describes a SavedModel from elsewhere: its preprocessing and labels.")
    private @Nullable String card;

    @Option(
            names = "--input",
            arity = "1..*",
            paramLabel = "URI",
            description = "Files, directories or globs, on any Hadoop file system.")
    private List<String> inputs = new ArrayList<>();

    @Option(
            names = "--output",
            paramLabel = "DIR",
            description = "Directory for predictions; files that are written there as a test are removed.")
    private @Nullable String output;

    @Option(
            names = "--executors",
            paramLabel = "N",
            description = "Estimate the time for this number of executors [the executors of this run].")
    private @Nullable Integer executors;

    @Option(
            names = "--sample",
            paramLabel = "N",
            description =
                    "Images measured on each executor, at most; fewer if they would take longer than about a minute"
                            + " [five seconds' worth; at least 200, and two batches per task].")
    private @Nullable Integer sample;

    @Option(names = "--format", paramLabel = "text|json", description = "How to print the result [text].")
    private ReportFormat format = ReportFormat.TEXT;

    @Mixin
    private final InputMixin inputOptions = new InputMixin();

    @Mixin
    private final ExecutionMixin execution = new ExecutionMixin();

    @Override
    public List<String> problems() {
        List<String> problems = new ArrayList<>();
        if (executors != null) {
            atLeastOne(problems, "--executors", executors);
        }
        if (sample != null) {
            atLeastOne(problems, "--sample", sample);
        }
        execution.check(problems);
        if (card != null && model == null) {
            problems.add("--card " + card + " describes a model: add the model with --model");
        }
        return problems;
    }

    private DoctorRequest request() {
        Optional<SourceSpec> source = inputs.isEmpty() ? Optional.empty() : Optional.of(inputOptions.source(inputs));
        return new DoctorRequest(
                Optional.ofNullable(model),
                card == null ? null : Path.of(card),
                source,
                Optional.ofNullable(output),
                executors == null ? OptionalInt.empty() : OptionalInt.of(executors),
                sample == null ? OptionalInt.empty() : OptionalInt.of(sample),
                execution.options(),
                execution.image(ImageOptions.defaults()));
    }

    @Override
    public int run(Console console) throws Exception {
        Diagnosis diagnosis = diagnose(console);
        switch (format) {
            case TEXT -> DoctorReport.printText(diagnosis, console.out());
            case JSON -> DoctorReport.printJson(diagnosis, console.out());
        }
        return DoctorReport.exitCode(diagnosis);
    }

    private Diagnosis diagnose(Console console) throws IOException {
        SparkSession session;
        try {
            session = SparkSessions.session("doctor");
        } catch (Exception e) { // Spark throws checked exceptions that it does not declare
            return DoctorJob.withoutSpark(e);
        }
        try (SparkSession spark = session;
                ProgressBar progress = new ProgressBar(console)) {
            return new DoctorJob(spark, Clock.systemUTC(), progress).run(request());
        }
    }
}
