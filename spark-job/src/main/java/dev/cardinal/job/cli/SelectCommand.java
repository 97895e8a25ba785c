package dev.cardinal.job.cli;

import dev.cardinal.job.common.Format;
import dev.cardinal.job.select.ClassRules;
import dev.cardinal.job.select.ClassRules.MinPrecision;
import dev.cardinal.job.select.ClassRules.Quota;
import dev.cardinal.job.select.SelectJob;
import dev.cardinal.job.select.SelectOptions;
import dev.cardinal.job.select.SelectOptions.Balance;
import dev.cardinal.job.select.SelectOptions.Dedupe;
import dev.cardinal.job.select.SelectOptions.Export;
import dev.cardinal.job.select.SelectOptions.PerImage;
import dev.cardinal.job.select.SelectOptions.Strategy;
import dev.cardinal.job.select.SelectRequest;
import dev.cardinal.job.select.SelectResult;
import dev.cardinal.job.select.SelectResult.ClassSelection;
import dev.cardinal.job.select.SelectResult.Counts;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** {@code select}: selects pseudo-labels from predictions. */
@CommandLine.Command(
        name = "select",
        description =
                "Selects pseudo-labels: each image is a candidate for its --p highest classes, and every class takes"
                        + " the --k candidates with the highest scores (Yalniz et al. 2019, arXiv 1905.00546).",
        sortOptions = false)
final class SelectCommand extends CommonOptions implements Command {
    private static final String ALL = "all";
    private static final int CLASSES_SHOWN = 5;

    @Option(
            names = "--predictions",
            required = true,
            arity = "1..*",
            parameterConsumer = TeachersConsumer.class,
            paramLabel = "DIR",
            description =
                    "Predictions tables of one model, written by 'label'. Repeat the option for several teachers: the"
                            + " mean of their probabilities decides, and their tables need logits.")
    private List<List<String>> predictions = List.of();

    @Option(
            names = "--labels",
            paramLabel = "FILE",
            description =
                    "Class names of predictions that another program wrote: Parquet with path, and predictions, logits"
                            + " or probabilities [the classes in _cardinal/run.json].")
    private @Nullable String labels;

    @Option(names = "--output", required = true, paramLabel = "DIR", description = "Directory for the selection.")
    private String output = "";

    @Option(
            names = "--k",
            paramLabel = "K|all",
            converter = LimitConverter.class,
            description = "Images that a class takes, at most [16000].")
    private long k = SelectOptions.DEFAULT_K;

    @Option(
            names = "--p",
            paramLabel = "P",
            description = "Classes that an image is a candidate for: its highest [10].")
    private int p = SelectOptions.DEFAULT_P;

    @Option(
            names = "--unique",
            description =
                    "Give an image only to the class in which it ranks best. The other classes do not take another one"
                            + " instead.")
    private boolean unique;

    @Option(names = "--min-score", paramLabel = "S", description = "Lowest score of a candidate [0].")
    private double minScore;

    @Option(
            names = "--strategy",
            paramLabel = "topk|argmax",
            description =
                    "Whether an image is a candidate for its --p highest classes, or only for its highest [topk].")
    private Strategy strategy = Strategy.TOPK;

    @Option(
            names = "--balance",
            paramLabel = "none|repeat",
            description = "Whether a class with too few images repeats them, by their weight, up to --k [none].")
    private Balance balance = Balance.NONE;

    @Option(
            names = "--temperature",
            paramLabel = "T",
            description = "Divisor of the logits before the softmax; if it is not 1, tables need logits [1].")
    private double temperature = 1;

    @Option(
            names = "--k-file",
            paramLabel = "FILE",
            description =
                    "Images of some classes: lines with a class (index, id, name, or * for the others), a comma, and a"
                            + " number, a percentage of the candidates, or all.")
    private @Nullable String kFile;

    @Option(
            names = "--group-by",
            paramLabel = "FILE",
            description =
                    "Groups of classes that select --k images together: lines with a class (index, id, name, or * for the"
                            + " others), a comma, and the name of its group. A class that is not named is a group.")
    private @Nullable String groupBy;

    @Option(
            names = "--per",
            paramLabel = "COLUMN:N",
            converter = QuotaConverter.class,
            description =
                    "Only the N best candidates of a class that have the same value in this column of the table, such as"
                            + " a camera or an album ('label --keep').")
    private @Nullable Quota per;

    @Option(
            names = "--min-precision",
            paramLabel = "P",
            description =
                    "Lowest share of correct predictions of a class at a score and above it, according to --evaluation.")
    private @Nullable Double minPrecision;

    @Option(
            names = "--evaluation",
            paramLabel = "DIR",
            description = "An evaluation of the same model, written by 'evaluate', for --min-precision.")
    private @Nullable String evaluation;

    @Option(
            names = "--adaptive-score",
            paramLabel = "T",
            description =
                    "FlexMatch: lowest score of the class with the most images at T or above it; other classes have lower"
                            + " ones, T b / (2 - b), where b is their number of such images divided by the largest one.")
    private @Nullable Double adaptiveScore;

    @Option(
            names = "--align",
            paramLabel = "uniform|FILE",
            description =
                    "Distribution alignment: multiply the probability of a class by its wanted share (lines with a class,"
                            + " a comma and a number), divided by its mean probability. Needs logits.")
    private @Nullable String align;

    @Option(
            names = "--dedupe",
            paramLabel = "none|sha256|near[:BITS]|features:COSINE",
            converter = DedupeConverter.class,
            description =
                    "Images that count once: with the same bytes, under their first path; or that look the same, under the"
                            + " path with the highest score. These have difference hashes that differ in at most BITS of 64"
                            + " bits, or features of at least this cosine similarity [none; BITS: 6].")
    private Dedupe dedupe = Dedupe.NONE;

    @Option(
            names = "--exclude",
            paramLabel = "FILE",
            description =
                    "Skip images whose SHA-256 is in this file: Parquet with a column sha256, or text with one per"
                            + " line. With --dedupe near or features, also skip images that look like one in a predictions table.")
    private @Nullable String exclude;

    @Option(
            names = "--export",
            paramLabel = "none|csv|imagefolder",
            description = "A manifest for training frameworks, in addition to the selection [none].")
    private Export export = Export.NONE;

    /** Parses a number, or {@code all}. */
    static final class LimitConverter implements CommandLine.ITypeConverter<Long> {
        @Override
        public Long convert(String value) {
            if (value.equalsIgnoreCase(ALL)) {
                return SelectOptions.ALL;
            }
            try {
                return Long.valueOf(value);
            } catch (NumberFormatException e) {
                throw new TypeConversionException("expected a number or all, not '" + value + "'");
            }
        }
    }

    /** Parses {@code COLUMN:N}. */
    static final class QuotaConverter implements CommandLine.ITypeConverter<Quota> {
        @Override
        public Quota convert(String value) {
            int end = value.lastIndexOf(':');
            if (end < 1 || !value.substring(end + 1).matches("\\d{1,9}")) {
                throw new TypeConversionException("expected a column, a colon and a number, not '" + value + "'");
            }
            return new Quota(value.substring(0, end), Long.parseLong(value.substring(end + 1)));
        }
    }

    /** Parses a rule for images that count once. */
    static final class DedupeConverter implements CommandLine.ITypeConverter<Dedupe> {
        @Override
        public Dedupe convert(String value) {
            try {
                return Dedupe.parse(value);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    @Override
    public List<String> problems() throws IOException {
        List<String> problems = new ArrayList<>(SelectOptions.problems(k, p, minScore, balance, temperature));
        problems.addAll(rules().problems(k, balance));
        if ((minPrecision == null) != (evaluation == null)) {
            problems.add("--min-precision and --evaluation need each other: the precision is that of an evaluation");
        }
        // The paths are checked even if numbers are invalid, with numbers that require nothing of the tables.
        SelectOptions options = problems.isEmpty() ? options() : ofFiles();
        problems.addAll(SelectJob.problems(request(options), SparkSessions.configuration()));
        return problems;
    }

    private SelectRequest request(SelectOptions options) {
        return new SelectRequest(predictions, Optional.ofNullable(labels), output, options);
    }

    private SelectOptions ofFiles() {
        SelectOptions.Builder options = SelectOptions.builder().p(1);
        return (exclude == null ? options : options.exclude(exclude)).build();
    }

    private SelectOptions options() {
        return new SelectOptions(
                k,
                p,
                strategy,
                unique ? PerImage.BEST_CLASS : PerImage.EVERY_CLASS,
                minScore,
                balance,
                temperature,
                dedupe,
                Optional.ofNullable(exclude),
                export,
                rules());
    }

    private ClassRules rules() {
        return new ClassRules(
                Optional.ofNullable(kFile),
                Optional.ofNullable(per),
                minPrecision == null || evaluation == null
                        ? Optional.empty()
                        : Optional.of(new MinPrecision(minPrecision, evaluation)),
                adaptiveScore == null ? OptionalDouble.empty() : OptionalDouble.of(adaptiveScore),
                Optional.ofNullable(groupBy),
                Optional.ofNullable(align));
    }

    @Override
    public int run(Console console) throws Exception {
        try (SparkSession spark = SparkSessions.session("select");
                ProgressBar progress = new ProgressBar(console)) {
            SelectResult result = new SelectJob(spark, Clock.systemUTC(), progress::step).run(request(options()));
            progress.finished();
            print(result, console.out());
            console.out().println("selection: " + output);
            ReportPrinter.print(output + "/report.html", reports -> reports.select(output), spark, console);
            return ExitCode.DONE;
        }
    }

    static void print(SelectResult result, PrintStream out) {
        Counts counts = result.counts();
        out.printf(
                Locale.ROOT,
                "selected %,d of %,d candidates in %,d classes, from %,d images in %.1f s, with %s%n",
                counts.selected(),
                counts.candidates(),
                result.classes().size(),
                counts.images(),
                result.seconds(),
                String.join(", ", result.models()));
        printSkipped(out, counts.notOk(), "images are not ok");
        printSkipped(out, counts.incomplete(), "images are not ok, with the same bytes, for every teacher");
        printSkipped(out, counts.excluded(), "images are excluded");
        printSkipped(out, counts.leaks(), "images look like an excluded one");
        printSkipped(out, counts.duplicates(), "images have the same bytes as another one");
        printSkipped(out, counts.nearDuplicates(), "images look like a better one");
        printSkipped(out, counts.refusedNan(), "images were skipped: a score is NaN");
        if (result.shortClasses() > 0) {
            printShort(result, out);
        }
    }

    private static void printSkipped(PrintStream out, long images, String why) {
        if (images > 0) {
            out.printf(Locale.ROOT, "%,d %s%n", images, why);
        }
    }

    private static void printShort(SelectResult result, PrintStream out) {
        out.printf(Locale.ROOT, "%,d classes have fewer images than --k, the smallest:%n", result.shortClasses());
        TextTable table = new TextTable("class", ">candidates", ">selected", ">short by");
        result.classes().stream()
                .filter(each -> each.shortBy() > 0)
                .sorted(Comparator.comparing(ClassSelection::selected))
                .limit(CLASSES_SHOWN)
                .forEach(each -> table.row(
                        each.label(),
                        Format.count(each.candidates()),
                        Format.count(each.selected()),
                        Format.count(each.shortBy())));
        table.print(out);
    }
}
