package dev.cardinal.job.cli;

import dev.cardinal.job.bundle.ImportJob;
import dev.cardinal.job.common.ProblemCollector;
import dev.cardinal.job.compare.CompareJob;
import dev.cardinal.job.compare.CompareRequest;
import dev.cardinal.job.compare.Comparison;
import dev.cardinal.job.evaluate.EvaluateJob;
import dev.cardinal.job.evaluate.EvaluateRequest;
import dev.cardinal.job.evaluate.Metrics;
import dev.cardinal.job.label.LabelJob;
import dev.cardinal.job.label.LabelRequest;
import dev.cardinal.job.label.LabelResult;
import dev.cardinal.job.label.TableOptions;
import dev.cardinal.job.report.ReportJob;
import dev.cardinal.job.select.SelectJob;
import dev.cardinal.job.select.SelectOptions;
import dev.cardinal.job.select.SelectRequest;
import dev.cardinal.job.select.SelectResult;
import dev.cardinal.job.source.FieldNames;
import dev.cardinal.job.source.InputFormat;
import dev.cardinal.job.source.SourceSpec;
import dev.cardinal.job.source.TruthFrom;
import dev.cardinal.job.truth.TruthAs;
import dev.cardinal.udf.options.LabelOptions;
import dev.cardinal.udf.options.LabelOptions.Emit;
import dev.cardinal.zoo.ImportProgress;
import dev.cardinal.zoo.card.ModelCard;
import dev.cardinal.zoo.card.ModelCatalog;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** {@code demo}: runs every command on models and images that come with Cardinal. */
@CommandLine.Command(
        name = "demo",
        description =
                "Imports two small ResNeXt models that come with Cardinal, labels with each of them 1,000 images of"
                        + " Fashion-MNIST and five files that are not images, selects pseudo-labels, evaluates and compares.",
        sortOptions = false)
final class DemoCommand extends CommonOptions implements Command {
    private static final String TEACHER = "fashion_resnext20_8x4d";
    private static final String SMALL = "fashion_resnext11_4x4d";

    /** Images selected for each class: about as many as it has, so that some are wrong. */
    private static final int K = 100;

    @Option(
            names = "--output",
            paramLabel = "DIR",
            description = "Directory on the local disk for images, models and results [cardinal-demo].")
    private String output = "cardinal-demo";

    @Override
    public List<String> problems() throws IOException {
        ProblemCollector problems = new ProblemCollector();
        problems.check(() -> DemoImages.requireOurs(Path.of(output), SparkSessions.configuration()));
        return problems.problems();
    }

    @Override
    public int run(Console console) throws Exception {
        Path directory = Path.of(output).toAbsolutePath().normalize();
        Path images = DemoImages.extract(directory);
        PrintStream out = console.out();
        try (ProgressBar progress = new ProgressBar(console)) {
            progress.step("importing the models");
            ModelCard teacher = importModel(TEACHER, directory, "model");
            ModelCard small = importModel(SMALL, directory, "model-small");
            progress.step("starting Spark");
            try (SparkSession spark = SparkSessions.session("demo")) {
                LabelResult byTeacher = label(directory, "model", "predictions", spark, progress);
                LabelResult bySmall = label(directory, "model-small", "predictions-small", spark, progress);
                progress.step("selecting");
                Optional<SelectResult> selected = select(directory, spark);
                progress.step("evaluating");
                Metrics metrics = new EvaluateJob(spark).run(evaluation(directory));
                progress.step("comparing");
                Comparison comparison = new CompareJob(spark).run(comparison(directory));
                progress.step("drawing reports");
                List<String> pages = pages(directory, spark, console);
                progress.finished();

                print(teacher, out);
                LabelReport.printShort(
                        byTeacher, directory.resolve("predictions").toString(), out);
                out.println();
                selected.ifPresent(result -> SelectCommand.print(result, out));
                EvaluateReport.print(metrics, out);
                out.println();
                print(small, out);
                LabelReport.printHeadline(bySmall, out);
                CompareReport.print(comparison, out);
                out.println();
                out.println("images:      " + images);
                out.println("model:       " + directory.resolve("model"));
                out.println("selection:   " + directory.resolve("selection"));
                out.println("evaluation:  " + directory.resolve("evaluation").resolve(EvaluateJob.METRICS_FILE));
                out.println("comparison:  " + directory.resolve("comparison").resolve(CompareJob.COMPARISON_FILE));
                pages.forEach(page -> out.println("report:      " + directory.resolve(page)));
            }
        }
        return ExitCode.DONE;
    }

    private static ModelCard importModel(String id, Path directory, String name) throws IOException {
        return new ImportJob(SparkSessions.configuration(), ImportProgress.NONE)
                .run(ImportJob.Request.released(ModelCatalog.find(id), uri(directory, name)))
                .bundle()
                .card();
    }

    private static LabelResult label(
            Path directory, String model, String predictions, SparkSession spark, ProgressBar progress)
            throws IOException {
        LabelRequest request = new LabelRequest(
                uri(directory, model),
                null,
                new SourceSpec(
                        List.of(uri(directory, "images")),
                        InputFormat.FILES,
                        null,
                        TruthFrom.PARENT_DIR,
                        FieldNames.usual()),
                Optional.of(uri(directory, predictions)),
                Long.MAX_VALUE,
                LabelOptions.defaults().withEmit(Set.of(Emit.LOGITS)),
                OptionalInt.empty(),
                1.0,
                TableOptions.KEEP);
        return new LabelJob(spark, Clock.systemUTC(), progress).run(request);
    }

    /** Selects, unless an earlier demo has done so: a selection is written only once. */
    private static Optional<SelectResult> select(Path directory, SparkSession spark) throws IOException {
        if (Files.exists(directory.resolve("selection/run.json"))) {
            return Optional.empty();
        }
        SelectRequest request = new SelectRequest(
                List.of(List.of(uri(directory, "predictions"))),
                uri(directory, "selection"),
                SelectOptions.builder().k(K).build());
        return Optional.of(new SelectJob(spark).run(request));
    }

    private static EvaluateRequest evaluation(Path directory) {
        return new EvaluateRequest(
                List.of(uri(directory, "predictions")),
                null,
                TruthAs.AUTO,
                uri(directory, "selection"),
                List.of(K / 4, K / 2, K),
                uri(directory, "evaluation"));
    }

    private static CompareRequest comparison(Path directory) {
        return new CompareRequest(
                List.of(List.of(uri(directory, "predictions")), List.of(uri(directory, "predictions-small"))),
                null,
                TruthAs.AUTO,
                uri(directory, "comparison"));
    }

    /** Writes the reports, and returns the paths below the directory of those that could be written. */
    private static List<String> pages(Path directory, SparkSession spark, Console console) {
        List<String> pages = new ArrayList<>();
        page("predictions/_cardinal", ReportJob::label, uri(directory, "predictions"), pages, spark, console);
        page("evaluation", ReportJob::evaluate, uri(directory, "evaluation"), pages, spark, console);
        page("comparison", ReportJob::compare, uri(directory, "comparison"), pages, spark, console);
        page("selection", ReportJob::select, uri(directory, "selection"), pages, spark, console);
        return pages;
    }

    private interface PageOf {
        String make(ReportJob reports, String output) throws IOException;
    }

    private static void page(
            String name, PageOf page, String of, List<String> pages, SparkSession spark, Console console) {
        if (ReportPrinter.isMade(reports -> page.make(reports, of), spark, console)) {
            pages.add(name + "/" + ReportJob.FILE);
        }
    }

    /** Returns a fully qualified path, because the default file system of a cluster may not be the local one. */
    private static String uri(Path directory, String name) {
        return "file:" + directory.resolve(name);
    }

    private static void print(ModelCard card, PrintStream out) {
        out.printf(
                Locale.ROOT,
                "%s: %s, %,d parameters%n",
                card.id(),
                card.architecture().title(),
                card.architecture().parameters());
    }
}
