package dev.cardinal.job.cli;

import static java.util.Objects.requireNonNull;

import dev.cardinal.job.label.LabelJob;
import dev.cardinal.job.label.LabelRequest;
import dev.cardinal.job.label.LabelRequestCheck;
import dev.cardinal.job.label.LabelResult;
import dev.cardinal.job.label.TableOptions;
import dev.cardinal.job.source.TruthFrom;
import dev.cardinal.udf.device.DevicePreflight;
import dev.cardinal.udf.fetch.RecordFields;
import dev.cardinal.udf.image.ImageOptions;
import dev.cardinal.udf.image.ImageOptions.ExifOrientation;
import dev.cardinal.udf.image.ImageOptions.Truncated;
import dev.cardinal.udf.options.LabelOptions;
import dev.cardinal.udf.options.LabelOptions.Emit;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** {@code label}: classifies images into a predictions table. */
@CommandLine.Command(
        name = "label",
        description = "Labels images: writes one row for every image, readable or not, that has no row in the output"
                + " yet. Without --output, prints the top 5 classes of at most 100 images.",
        sortOptions = false)
final class LabelCommand extends CommonOptions implements Command {
    @Option(
            names = "--model",
            required = true,
            paramLabel = "DIR",
            description = "A model bundle written by 'import', or with --card any SavedModel.")
    private String model = "";

    @Option(
            names = "--card",
            paramLabel = "FILE.json",
            description = "Describes a SavedModel from elsewhere: its preprocessing and labels.")
    private @Nullable String card;

    @Option(
            names = "--input",
            required = true,
            arity = "1..*",
            paramLabel = "URI",
            description = "Files, directories or globs, on any Hadoop file system.")
    private List<String> inputs = new ArrayList<>();

    @Option(
            names = "--output",
            paramLabel = "DIR|table:CATALOG.DB.NAME",
            description = "The predictions table: a directory of Parquet files, or a table of a Spark catalog (Iceberg,"
                    + " Delta Lake).")
    private @Nullable String output;

    @Option(
            names = "--state",
            paramLabel = "DIR",
            description = "Directory for the run records and the lock of a table of a catalog.")
    private @Nullable String state;

    @Mixin
    private final InputMixin inputOptions = new InputMixin();

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
            description = "Columns of a Parquet source to copy into the predictions table [none].")
    private List<String> keep = new ArrayList<>();

    @Option(names = "--limit", paramLabel = "N", description = "Label at most N images.")
    private long limit = Long.MAX_VALUE;

    @Option(
            names = "--label-from",
            paramLabel = "none|parent-dir",
            converter = TruthFromConverter.class,
            description = "Source of the truth column [none].")
    private TruthFrom truthFrom = TruthFrom.NONE;

    @Option(names = "--top-k", paramLabel = "K", description = "Classes stored for an image [10].")
    private int topK = LabelOptions.DEFAULT_TOP_K;

    @Option(
            names = "--emit",
            split = ",",
            paramLabel = "logits,features,dhash",
            description = "Columns written in addition to the predictions [none].")
    private Set<Emit> emit = Set.of();

    @Mixin
    private final ExecutionMixin execution = new ExecutionMixin();

    @Option(
            names = "--max-pixels",
            paramLabel = "N",
            description = "Images with more pixels are too_large [178956970, Pillow's limit for decompression bombs].")
    private long maxPixels = ImageOptions.DEFAULT_MAX_PIXELS;

    @Option(names = "--max-file-bytes", paramLabel = "N", description = "Larger files are too_large [268435456].")
    private long maxFileBytes = LabelOptions.DEFAULT_MAX_FILE_BYTES;

    @Option(
            names = "--exif-orientation",
            paramLabel = "ignore|apply",
            description = "Whether to rotate images by their EXIF or XMP orientation [ignore, as torchvision does].")
    private ExifOrientation exifOrientation = ExifOrientation.IGNORE;

    @Option(
            names = "--truncated",
            paramLabel = "reject|keep",
            description = "JPEG and PNG files whose data end early: undecodable, or read with the rest gray or black"
                    + " [reject].")
    private Truncated truncated = Truncated.REJECT;

    @Option(
            names = "--max-bad-fraction",
            paramLabel = "F",
            description =
                    "Exit with code 3, after writing everything, if more than this share of the rows is not ok [1.0].")
    private double maxBadFraction = 1.0;

    @Option(
            names = "--images-per-commit",
            paramLabel = "auto|N",
            converter = ImagesPerCommitConverter.class,
            description =
                    "Images appended to the table in one commit, at most; auto is about ten minutes of work [auto].")
    private OptionalInt imagesPerCommit = OptionalInt.empty();

    @Option(
            names = "--retry",
            split = ",",
            paramLabel = "STATUS",
            description = "Label images again whose rows have one of these statuses, such as unreadable,undecodable,"
                    + " and replace their rows [none].")
    private List<String> retry = new ArrayList<>();

    @Option(
            names = "--relabel",
            paramLabel = "changed",
            description = "Label images again whose files have changed since, and replace their rows [none].")
    private @Nullable Relabel relabel;

    @Option(
            names = "--verify-table",
            description = "Before the run, read all rows of the table and check that every image has one row, and that"
                    + " their numbers are those in the table's records.")
    private boolean verifyTable;

    /** Values of {@code --relabel}. */
    private enum Relabel {
        CHANGED
    }

    /** The request, once it has been checked. */
    private @Nullable LabelRequestCheck checked;

    /** Parses {@code auto} or a number. */
    static final class ImagesPerCommitConverter implements CommandLine.ITypeConverter<OptionalInt> {
        @Override
        public OptionalInt convert(String value) {
            if (value.equals("auto")) {
                return OptionalInt.empty();
            }
            try {
                return OptionalInt.of(Integer.parseInt(value));
            } catch (NumberFormatException e) {
                throw new TypeConversionException("expected auto or a number of images, not '" + value + "'");
            }
        }
    }

    /** Parses values in kebab case, such as {@code parent-dir}. */
    static final class TruthFromConverter implements CommandLine.ITypeConverter<TruthFrom> {
        @Override
        public TruthFrom convert(String value) {
            for (TruthFrom choice : TruthFrom.values()) {
                if (option(choice).equalsIgnoreCase(value)) {
                    return choice;
                }
            }
            String known = Arrays.stream(TruthFrom.values())
                    .map(TruthFromConverter::option)
                    .collect(Collectors.joining(", "));
            throw new TypeConversionException("expected one of " + known + ", not '" + value + "'");
        }

        private static String option(TruthFrom choice) {
            return choice.name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    @Override
    public List<String> problems() throws IOException {
        List<String> problems = new ArrayList<>();
        atLeastOne(problems, "--limit", limit);
        atLeastOne(problems, "--top-k", topK);
        execution.check(problems);
        atLeastOne(problems, "--max-pixels", maxPixels);
        atLeastOne(problems, "--max-file-bytes", maxFileBytes);
        imagesPerCommit.ifPresent(images -> atLeastOne(problems, "--images-per-commit", images));
        checkTableOptions(problems);
        if (!(maxBadFraction >= 0 && maxBadFraction <= 1)) {
            problems.add("--max-bad-fraction must be between 0 and 1, not " + maxBadFraction);
        }
        if (problems.isEmpty()) {
            LabelRequest request = request();
            problems.addAll(DevicePreflight.problems(request.options().execution(), SparkSessions.settings()));
            checked = LabelJob.check(request, SparkSessions.configuration());
            problems.addAll(checked.problems());
        }
        return problems;
    }

    private void checkTableOptions(List<String> problems) {
        for (String status : retry) {
            if (!TableOptions.statuses().contains(status)) {
                problems.add("--retry '" + status + "' is not a status that can be retried: "
                        + String.join(", ", TableOptions.statuses()));
            }
        }
        if (output == null && (!retry.isEmpty() || relabel != null || verifyTable)) {
            problems.add("--retry, --relabel and --verify-table need an --output");
        }
    }

    private LabelRequest request() {
        LabelOptions options = new LabelOptions(
                topK,
                emit,
                maxFileBytes,
                new ImageOptions(maxPixels, exifOrientation, truncated),
                RecordFields.usual(),
                execution.options());
        return new LabelRequest(
                model,
                card == null ? null : Path.of(card),
                inputOptions.source(inputs, truthFrom, labelField, keyField, keep),
                Optional.ofNullable(output),
                Optional.ofNullable(state),
                limit,
                options,
                imagesPerCommit,
                maxBadFraction,
                new TableOptions(Set.copyOf(retry), relabel == Relabel.CHANGED, verifyTable));
    }

    @Override
    public int run(Console console) throws Exception {
        try (SparkSession spark = SparkSessions.session("label");
                ProgressBar progress = new ProgressBar(console)) {
            LabelResult result = new LabelJob(spark, Clock.systemUTC(), progress)
                    .run(requireNonNull(checked, "run() before problems()"));
            LabelReport.print(result, output, console.out());
            if (output != null && result.labeled() > 0) {
                String table = output;
                ReportPrinter.print(
                        Objects.requireNonNullElse(state, table) + "/_cardinal/report.html",
                        reports -> reports.label(table),
                        spark,
                        console);
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
