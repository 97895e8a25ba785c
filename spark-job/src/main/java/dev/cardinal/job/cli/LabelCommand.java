package dev.cardinal.job.cli;

import dev.cardinal.job.label.LabelJob;
import dev.cardinal.job.label.LabelRequest;
import dev.cardinal.job.label.LabelResult;
import dev.cardinal.job.source.FieldNames;
import dev.cardinal.job.source.InputFormat;
import dev.cardinal.job.source.SourceSpec;
import dev.cardinal.job.source.TruthFrom;
import dev.cardinal.udf.EngineCheck;
import dev.cardinal.udf.EngineOptions;
import dev.cardinal.udf.EngineOptions.DeviceChoice;
import dev.cardinal.udf.EngineOptions.ModelDistribution;
import dev.cardinal.udf.EngineOptions.PrecisionChoice;
import dev.cardinal.udf.LabelOptions;
import dev.cardinal.udf.LabelOptions.Emit;
import dev.cardinal.udf.RecordFields;
import dev.cardinal.udf.image.ImageOptions;
import dev.cardinal.udf.image.ImageOptions.ExifOrientation;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** {@code label}: images to predictions. */
@CommandLine.Command(
        name = "label",
        description = "Labels images: writes one row for every image, whatever it holds, and only for images that the"
                + " output does not hold yet. Without --output it prints the top 5 of at most 100 images.",
        sortOptions = false)
final class LabelCommand extends CommonOptions implements Command {
    @Option(
            names = "--model",
            required = true,
            paramLabel = "DIR",
            description = "A model bundle, as 'import' makes it; or, with --card, any SavedModel.")
    private String model = "";

    @Option(
            names = "--card",
            paramLabel = "FILE.json",
            description = "Describes a SavedModel made elsewhere: its preprocessing and labels.")
    private @Nullable String card;

    @Option(
            names = "--input",
            required = true,
            arity = "1..*",
            paramLabel = "URI",
            description = "Files, directories or globs, on any Hadoop file system.")
    private List<String> inputs = new ArrayList<>();

    @Option(names = "--output", paramLabel = "DIR", description = "Directory of the predictions table.")
    private @Nullable String output;

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
            names = "--label-field",
            paramLabel = "NAME",
            description = "Field or column that holds the truth [the format's usual one].")
    private @Nullable String labelField;

    @Option(
            names = "--key-field",
            paramLabel = "NAME",
            description = "Field or column that holds the key [the format's usual one].")
    private @Nullable String keyField;

    @Option(
            names = "--keep",
            split = ",",
            paramLabel = "COLUMN",
            description = "Columns of a Parquet source that are written beside the predictions [none].")
    private List<String> keep = new ArrayList<>();

    @Option(
            names = "--include",
            paramLabel = "GLOB",
            description =
                    "Take only files whose name matches or, where the glob has a slash, whose path below the input does.")
    private @Nullable String include;

    @Option(names = "--limit", paramLabel = "N", description = "Label at most N images.")
    private long limit = Long.MAX_VALUE;

    @Option(
            names = "--label-from",
            paramLabel = "none|parent-dir",
            converter = TruthFromConverter.class,
            description = "Where the truth column comes from [none].")
    private TruthFrom truthFrom = TruthFrom.NONE;

    @Option(names = "--top-k", paramLabel = "K", description = "Classes kept for an image [10].")
    private int topK = LabelOptions.DEFAULT_TOP_K;

    @Option(
            names = "--emit",
            split = ",",
            paramLabel = "logits,features",
            description = "Columns written beside the predictions [none].")
    private Set<Emit> emit = Set.of();

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

    @Option(
            names = "--max-pixels",
            paramLabel = "N",
            description = "Images of more pixels are too_large [178956970, where Pillow refuses a bomb].")
    private long maxPixels = ImageOptions.DEFAULT_MAX_PIXELS;

    @Option(names = "--max-file-bytes", paramLabel = "N", description = "Larger files are too_large [268435456].")
    private long maxFileBytes = LabelOptions.DEFAULT_MAX_FILE_BYTES;

    @Option(
            names = "--exif-orientation",
            paramLabel = "ignore|apply",
            description = "Whether pictures are turned as the camera says [ignore, as torchvision does].")
    private ExifOrientation exifOrientation = ExifOrientation.IGNORE;

    @Option(
            names = "--max-bad-fraction",
            paramLabel = "F",
            description =
                    "End with exit code 3, after writing everything, where more rows than this share are not ok [1.0].")
    private double maxBadFraction = 1.0;

    @Option(
            names = "--images-per-commit",
            paramLabel = "N",
            description = "Images of one append to the table, at most [100000].")
    private int imagesPerCommit = LabelRequest.DEFAULT_IMAGES_PER_COMMIT;

    /** {@code parent-dir} and the like. */
    static final class TruthFromConverter implements CommandLine.ITypeConverter<TruthFrom> {
        @Override
        public TruthFrom convert(String value) {
            return Enums.parse(TruthFrom.class, value);
        }
    }

    @Override
    public List<String> problems() throws IOException {
        List<String> problems = new ArrayList<>();
        atLeastOne(problems, "--limit", limit);
        atLeastOne(problems, "--top-k", topK);
        atLeastOne(problems, "--batch-size", batchSize);
        atLeastOne(problems, "--prefetch", prefetch);
        atLeastOne(problems, "--max-pixels", maxPixels);
        atLeastOne(problems, "--max-file-bytes", maxFileBytes);
        atLeastOne(problems, "--images-per-commit", imagesPerCommit);
        if (!(maxBadFraction >= 0 && maxBadFraction <= 1)) {
            problems.add("--max-bad-fraction must lie between 0 and 1, not " + maxBadFraction);
        }
        if (problems.isEmpty()) {
            problems.addAll(EngineCheck.problems(request().options().engine(), Spark.settings()));
            problems.addAll(LabelJob.problems(request(), Spark.configuration()));
        }
        return problems;
    }

    private static void atLeastOne(List<String> problems, String option, long value) {
        if (value < 1) {
            problems.add(option + " must be at least 1, not " + value);
        }
    }

    private LabelRequest request() {
        LabelOptions options = new LabelOptions(
                topK,
                emit,
                maxFileBytes,
                new ImageOptions(maxPixels, exifOrientation),
                RecordFields.usual(),
                new EngineOptions(batchSize, prefetch, precision, device, distribution));
        return new LabelRequest(
                model,
                card == null ? null : Path.of(card),
                new SourceSpec(
                        inputs,
                        inputFormat,
                        include,
                        truthFrom,
                        new FieldNames(imageField, labelField, keyField, keep)),
                Optional.ofNullable(output),
                limit,
                options,
                imagesPerCommit,
                maxBadFraction);
    }

    @Override
    public int run(Console console) throws Exception {
        try (SparkSession spark = Spark.session("label");
                ProgressBar progress = new ProgressBar(console)) {
            LabelResult result = new LabelJob(spark, Clock.systemUTC(), progress).run(request());
            LabelReport.print(result, output, console.out());
            if (output != null && result.labelled() > 0) {
                String table = output;
                Reports.print(table + "/_cardinal/report.html", reports -> reports.label(table), spark, console);
            }
            if (result.gateExceeded()) {
                console.err()
                        .println(
                                "cardinal: more than --max-bad-fraction " + maxBadFraction + " of the rows are not ok");
                return ExitCode.GATE_EXCEEDED;
            }
            return ExitCode.DONE;
        }
    }
}
