package dev.cardinal.job.cli;

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
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** {@code select}: predictions to a selection of pseudo-labels. */
@CommandLine.Command(
        name = "select",
        description =
                "Selects pseudo-labels: of each image the --p highest classes compete, and every class takes the --k"
                        + " images of the highest scores (Yalniz et al. 2019, arXiv 1905.00546).",
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
                    "Predictions tables of one model, as 'label' makes them. Repeated for each of several teachers,"
                            + " which decide by the mean of their probabilities and need logits.")
    private List<List<String>> predictions = List.of();

    @Option(names = "--output", required = true, paramLabel = "DIR", description = "Directory for the selection.")
    private String output = "";

    @Option(
            names = "--k",
            paramLabel = "K|all",
            converter = LimitConverter.class,
            description = "Images that a class takes, at most [16000].")
    private long k = SelectOptions.DEFAULT_K;

    @Option(names = "--p", paramLabel = "P", description = "Classes in which an image competes, its highest [10].")
    private int p = SelectOptions.DEFAULT_P;

    @Option(
            names = "--unique",
            description = "Give an image only to the class in which it ranks best. Classes are not filled up again.")
    private boolean unique;

    @Option(names = "--min-score", paramLabel = "S", description = "The lowest score that competes [0].")
    private double minScore;

    @Option(
            names = "--strategy",
            paramLabel = "topk|argmax",
            description = "Whether an image competes in its --p highest classes or in its highest alone [topk].")
    private Strategy strategy = Strategy.TOPK;

    @Option(
            names = "--balance",
            paramLabel = "none|repeat",
            description = "Whether a class that comes out short repeats its images, by their weight, up to --k [none].")
    private Balance balance = Balance.NONE;

    @Option(
            names = "--temperature",
            paramLabel = "T",
            description = "What logits are divided by before the softmax; other than 1 it needs logits [1].")
    private double temperature = 1;

    @Option(
            names = "--dedupe",
            paramLabel = "none|sha256",
            description = "Whether images of the same bytes count once, by the first path of them [none].")
    private Dedupe dedupe = Dedupe.NONE;

    @Option(
            names = "--exclude",
            paramLabel = "FILE",
            description =
                    "Leave out images whose SHA-256 is here: Parquet with a column sha256, or text with one a line.")
    private @Nullable String exclude;

    @Option(
            names = "--export",
            paramLabel = "none|csv|imagefolder",
            description = "A manifest for training frameworks, beside the selection [none].")
    private Export export = Export.NONE;

    /** A number, or {@code all}. */
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

    @Override
    public List<String> problems() throws IOException {
        List<String> problems = new ArrayList<>(SelectOptions.problems(k, p, minScore, balance, temperature));
        if (problems.isEmpty()) {
            problems.addAll(SelectJob.problems(request(), Spark.configuration()));
        }
        return problems;
    }

    private SelectRequest request() {
        return new SelectRequest(
                predictions,
                output,
                new SelectOptions(
                        k,
                        p,
                        strategy,
                        unique ? PerImage.BEST_CLASS : PerImage.EVERY_CLASS,
                        minScore,
                        balance,
                        temperature,
                        dedupe,
                        Optional.ofNullable(exclude),
                        export));
    }

    @Override
    public int run(Console console) throws Exception {
        try (SparkSession spark = Spark.session("select");
                ProgressBar progress = new ProgressBar(console)) {
            SelectResult result = new SelectJob(spark, Clock.systemUTC(), progress::step).run(request());
            progress.finished();
            print(result, console.out());
            console.out().println("selection: " + output);
            Reports.print(output + "/report.html", reports -> reports.select(output), spark, console);
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
        left(out, counts.notOk(), "images are not ok");
        left(out, counts.incomplete(), "images are not ok, with the same bytes, for every teacher");
        left(out, counts.excluded(), "images are excluded");
        left(out, counts.duplicates(), "images have the bytes of another one");
        left(out, counts.refusedNan(), "images were refused: a score is not a number");
        if (result.shortClasses() > 0) {
            printShort(result, out);
        }
    }

    private static void left(PrintStream out, long images, String why) {
        if (images > 0) {
            out.printf(Locale.ROOT, "%,d %s%n", images, why);
        }
    }

    private static void printShort(SelectResult result, PrintStream out) {
        out.printf(Locale.ROOT, "%,d classes are short, the shortest:%n", result.shortClasses());
        TextTable table = new TextTable("class", ">candidates", ">selected", ">short by");
        result.classes().stream()
                .filter(each -> each.shortBy() > 0)
                .sorted(Comparator.comparing(ClassSelection::selected))
                .limit(CLASSES_SHOWN)
                .forEach(each -> table.row(
                        each.label(), number(each.candidates()), number(each.selected()), number(each.shortBy())));
        table.print(out);
    }

    private static String number(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }
}
