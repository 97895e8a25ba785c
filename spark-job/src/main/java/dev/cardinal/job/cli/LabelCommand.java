package dev.cardinal.job.cli;

import static java.util.Objects.requireNonNull;

import dev.cardinal.job.label.LabelJob;
import dev.cardinal.job.label.LabelPass;
import dev.cardinal.job.label.LabelRequest;
import dev.cardinal.job.label.LabelResult;
import dev.cardinal.job.label.TableOptions;
import dev.cardinal.job.source.TruthFrom;
import dev.cardinal.job.table.TableName;
import dev.cardinal.udf.device.DevicePreflight;
import dev.cardinal.udf.fetch.RecordFields;
import dev.cardinal.udf.image.ImageOptions;
import dev.cardinal.udf.image.ImageOptions.ExifOrientation;
import dev.cardinal.udf.image.ImageOptions.Truncated;
import dev.cardinal.udf.options.LabelOptions;
import dev.cardinal.udf.options.LabelOptions.Emit;
import dev.cardinal.zoo.graph.NativeLibrary;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.apache.spark.SparkConf;
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
    /** Value of {@code --card} for a model bundle, which has its own card. */
    private static final String NO_CARD = "none";

    @Option(
            names = "--model",
            required = true,
            paramLabel = "DIR",
            description =
                    "A model bundle written by 'import', or with --card any SavedModel. Several are given as --model A"
                            + " --model B, each with an --output; images are read and decoded once for all.")
    private List<String> models = new ArrayList<>();

    @Option(
            names = "--card",
            paramLabel = "FILE.json",
            description =
                    "Describes a SavedModel from elsewhere: its preprocessing and labels. With several --model, one"
                            + " for each, in their order; none for a model bundle.")
    private List<String> cards = new ArrayList<>();

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
                    + " Delta Lake). With several --model, one for each, in their order.")
    private List<String> outputs = new ArrayList<>();

    @Option(
            names = "--state",
            paramLabel = "DIR",
            description =
                    "Directory for the run records and the lock of a table of a catalog: one for each --output that is"
                            + " such a table, in their order.")
    private List<String> states = new ArrayList<>();

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

    /** The requests, one for each model, once they have been checked. */
    private @Nullable LabelPass checked;

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
    static final class TruthFromConverter extends KebabConverter<TruthFrom> {
        TruthFromConverter() {
            super(TruthFrom.class);
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
        checkCounts(problems);
        checkTableOptions(problems);
        if (!(maxBadFraction >= 0 && maxBadFraction <= 1)) {
            problems.add("--max-bad-fraction must be between 0 and 1, not " + maxBadFraction);
        }
        if (problems.isEmpty()) {
            List<LabelRequest> requests = requests();
            problems.addAll(DevicePreflight.problems(requests.get(0).options().execution(), SparkSessions.settings()));
            checked = LabelJob.check(requests, SparkSessions.configuration());
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
        if (outputs.isEmpty() && (!retry.isEmpty() || relabel != null || verifyTable)) {
            problems.add("--retry, --relabel and --verify-table need an --output");
        }
    }

    /** Checks that options that belong to one of several models are given once for each. */
    private void checkCounts(List<String> problems) {
        int number = models.size();
        if (number == 1 && outputs.size() > 1) {
            problems.add("one --model and " + outputs.size() + " --output: give one --output for each --model");
        }
        if (number > 1 && outputs.size() != number) {
            problems.add(number + " --model and " + outputs.size()
                    + " --output: give one --output for each --model, in the same order");
        }
        if (!cards.isEmpty() && cards.size() != number) {
            problems.add(number + " --model and " + cards.size()
                    + " --card: give one --card for each --model, in the same order, and --card " + NO_CARD
                    + " for a model bundle");
        }
        long tables = outputs.stream().filter(TableName::isTable).count();
        boolean severalStates = states.size() > 1 || (number > 1 && !states.isEmpty());
        if (severalStates && states.size() != tables) {
            problems.add(tables + " --output table:... and " + states.size()
                    + " --state: give one --state for each table, in the same order");
        }
    }

    private List<LabelRequest> requests() {
        Iterator<String> ofTables = states.iterator();
        List<LabelRequest> requests = new ArrayList<>();
        for (int i = 0; i < models.size(); i++) {
            Optional<String> output = outputs.isEmpty() ? Optional.empty() : Optional.of(outputs.get(i));
            boolean takesState =
                    models.size() == 1 || output.filter(TableName::isTable).isPresent();
            requests.add(request(
                    models.get(i),
                    cards.isEmpty() || cards.get(i).equals(NO_CARD) ? null : Path.of(cards.get(i)),
                    output,
                    takesState && ofTables.hasNext() ? Optional.of(ofTables.next()) : Optional.empty()));
        }
        return requests;
    }

    private LabelRequest request(String model, @Nullable Path card, Optional<String> output, Optional<String> state) {
        LabelOptions options = new LabelOptions(
                topK,
                emit,
                maxFileBytes,
                execution.image(new ImageOptions(maxPixels, exifOrientation, truncated)),
                RecordFields.usual(),
                execution.options());
        return new LabelRequest(
                model,
                card,
                inputOptions.source(inputs, truthFrom, labelField, keyField, keep),
                output,
                state,
                limit,
                options,
                imagesPerCommit,
                maxBadFraction,
                new TableOptions(Set.copyOf(retry), relabel == Relabel.CHANGED, verifyTable));
    }

    @Override
    public int run(Console console) throws Exception {
        SparkConf settings = SparkSessions.settings();
        if (settings.get("spark.master", "").startsWith("local")) {
            NativeLibrary.loadInBackground(); // while Spark starts
        }
        try (SparkSession spark = SparkSessions.session("label", settings);
                ProgressBar progress = new ProgressBar(console)) {
            List<LabelResult> results = new LabelJob(spark, Clock.systemUTC(), progress)
                    .run(requireNonNull(checked, "run() before problems()"));
            int exitCode = ExitCode.DONE;
            List<LabelRequest> requests = requests();
            for (int i = 0; i < results.size(); i++) {
                print(results.get(i), requests.get(i), spark, console);
                if (results.get(i).gateExceeded()) {
                    String table = results.size() == 1 ? "" : outputs.get(i) + ": ";
                    console.err()
                            .println("cardinal: " + table + "more than --max-bad-fraction " + maxBadFraction
                                    + " of the rows are not ok");
                    exitCode = ExitCode.GATE_EXCEEDED;
                }
            }
            return exitCode;
        }
    }

    private static void print(LabelResult result, LabelRequest request, SparkSession spark, Console console) {
        LabelReport.print(result, request.output().orElse(null), console.out());
        if (request.output().isPresent() && result.labeled() > 0) {
            String table = request.output().get();
            ReportPrinter.print(
                    request.state().orElse(table) + "/_cardinal/report.html",
                    reports -> reports.label(table),
                    spark,
                    console);
        }
    }
}
