package dev.cardinal.job.cli;

import dev.cardinal.job.doctor.Diagnosis;
import dev.cardinal.job.doctor.DoctorJob;
import dev.cardinal.job.doctor.DoctorRequest;
import dev.cardinal.job.source.FieldNames;
import dev.cardinal.job.source.InputFormat;
import dev.cardinal.job.source.SourceSpec;
import dev.cardinal.job.source.TruthFrom;
import dev.cardinal.udf.EngineOptions;
import dev.cardinal.udf.EngineOptions.DeviceChoice;
import dev.cardinal.udf.EngineOptions.ModelDistribution;
import dev.cardinal.udf.EngineOptions.PrecisionChoice;
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
import picocli.CommandLine.Option;

/** {@code doctor}: whether labelling will work here, and how long it will take. */
@CommandLine.Command(
        name = "doctor",
        description = "Checks this machine and cluster as 'label' would use them; with --model and --input it measures"
                + " each stage on a sample, names the bottleneck and estimates the time. Leaves nothing behind.",
        footer = {"", "Exit codes: 0 no check fails, 1 one does, 2 wrong usage."},
        sortOptions = false)
final class DoctorCommand extends CommonOptions implements Command {
    private enum Format {
        TEXT,
        JSON
    }

    @Option(
            names = "--model",
            paramLabel = "DIR",
            description = "A model bundle, as 'import' makes it; or, with --card, any SavedModel.")
    private @Nullable String model;

    @Option(
            names = "--card",
            paramLabel = "FILE.json",
            description = "Describes a SavedModel made elsewhere: its preprocessing and labels.")
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
            description =
                    "Directory that predictions are to be written to; what is written there for a trial is removed.")
    private @Nullable String output;

    @Option(
            names = "--executors",
            paramLabel = "N",
            description = "Estimate the time that so many executors take [those that are there].")
    private @Nullable Integer executors;

    @Option(
            names = "--sample",
            paramLabel = "N",
            description =
                    "Images measured on each executor, at most; fewer where they would take longer than about a minute"
                            + " [five seconds' worth; at least 200, and two batches a task].")
    private @Nullable Integer sample;

    @Option(names = "--format", paramLabel = "text|json", description = "How to print what is found [text].")
    private Format format = Format.TEXT;

    @Option(
            names = "--input-format",
            paramLabel = "auto|files|tar|tfrecord|parquet|manifest",
            description = "How inputs are read [auto: each file by its name; a list named as an input is a manifest].")
    private InputFormat inputFormat = InputFormat.AUTO;

    @Option(
            names = "--image-field",
            paramLabel = "NAME",
            description =
                    "Field or column that holds the encoded image, or in a manifest its URI [the format's usual one].")
    private @Nullable String imageField;

    @Option(
            names = "--include",
            paramLabel = "GLOB",
            description =
                    "Take only files whose name matches or, where the glob has a slash, whose path below the input does.")
    private @Nullable String include;

    @Option(names = "--batch-size", paramLabel = "N", description = "Images that the model classifies at once [32].")
    private int batchSize = EngineOptions.DEFAULT_BATCH_SIZE;

    @Option(
            names = "--precision",
            paramLabel = "auto|fp32|bf16|fp16",
            description = "Arithmetic of the model: bf16 on processors with AVX512-BF16 or AMX, fp16 on GPUs, auto the"
                    + " fastest that the device does well [fp32].")
    private PrecisionChoice precision = EngineOptions.defaults().precision();

    @Option(
            names = "--device",
            paramLabel = "auto|cpu|gpu",
            description = "What the model runs on; auto is the executor's GPU where it has one, else its CPU [auto].")
    private DeviceChoice device = EngineOptions.defaults().device();

    @Option(
            names = "--model-distribution",
            paramLabel = "broadcast|shared",
            description =
                    "Whether the driver sends the model to executors, or each reads it where it lies [broadcast].")
    private ModelDistribution distribution = EngineOptions.defaults().distribution();

    @Option(names = "--prefetch", paramLabel = "N", description = "Reads in flight in each task [8].")
    private int prefetch = EngineOptions.DEFAULT_PREFETCH;

    @Override
    public List<String> problems() {
        List<String> problems = new ArrayList<>();
        atLeastOne(problems, "--executors", executors);
        atLeastOne(problems, "--sample", sample);
        atLeastOne(problems, "--batch-size", batchSize);
        atLeastOne(problems, "--prefetch", prefetch);
        if (card != null && model == null) {
            problems.add("--card " + card + " describes a model: name that with --model");
        }
        return problems;
    }

    private static void atLeastOne(List<String> problems, String option, @Nullable Integer value) {
        if (value != null && value < 1) {
            problems.add(option + " must be at least 1, not " + value);
        }
    }

    private DoctorRequest request() {
        Optional<SourceSpec> source = inputs.isEmpty()
                ? Optional.empty()
                : Optional.of(new SourceSpec(
                        inputs,
                        inputFormat,
                        include,
                        TruthFrom.NONE,
                        new FieldNames(imageField, null, null, List.of())));
        return new DoctorRequest(
                Optional.ofNullable(model),
                card == null ? null : Path.of(card),
                source,
                Optional.ofNullable(output),
                executors == null ? OptionalInt.empty() : OptionalInt.of(executors),
                sample == null ? OptionalInt.empty() : OptionalInt.of(sample),
                new EngineOptions(batchSize, prefetch, precision, device, distribution));
    }

    @Override
    public int run(Console console) throws Exception {
        Diagnosis diagnosis = diagnose(console);
        switch (format) {
            case TEXT -> DoctorReport.print(diagnosis, console.out());
            case JSON -> DoctorJson.print(diagnosis, console.out());
        }
        return diagnosis.hasFailed() ? ExitCode.FAILED : ExitCode.DONE;
    }

    private Diagnosis diagnose(Console console) throws IOException {
        SparkSession session;
        try {
            session = Spark.session("doctor");
        } catch (Exception e) { // Spark's own are checked ones that it does not declare
            return DoctorJob.withoutSpark(e);
        }
        try (SparkSession spark = session;
                ProgressBar progress = new ProgressBar(console)) {
            return new DoctorJob(spark, Clock.systemUTC(), progress).run(request());
        }
    }
}
