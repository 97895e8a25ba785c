package dev.cardinal.job.cli;

import dev.cardinal.job.evaluate.EvaluateJob;
import dev.cardinal.job.evaluate.EvaluateRequest;
import dev.cardinal.job.evaluate.Metrics;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code evaluate}: computes metrics from predictions and truth. */
@CommandLine.Command(
        name = "evaluate",
        description =
                "Compares predictions with the truth: top-1 and top-5 with 95 %% Wilson intervals, calibration and the"
                        + " best temperature, confusions, and the share of a selection that is right.",
        sortOptions = false)
final class EvaluateCommand extends CommonOptions implements Command {
    @Option(
            names = "--predictions",
            required = true,
            arity = "1..*",
            paramLabel = "DIR",
            description = "Predictions tables of one model, written by 'label'.")
    private List<String> predictions = new ArrayList<>();

    @Mixin
    private final TruthMixin truth = new TruthMixin();

    @Option(
            names = "--selection",
            paramLabel = "DIR",
            description =
                    "A selection written by 'select', to measure the share that is right, overall and by class. An image"
                            + " whose truth is not a class counts as wrong.")
    private @Nullable String selection;

    @Option(
            names = "--at",
            split = ",",
            paramLabel = "K",
            description = "Ranks up to which the selection is measured, separated by commas [its K, or with k=all its"
                    + " largest rank, and that number halved up to four times].")
    private List<Integer> at = new ArrayList<>();

    @Option(
            names = "--suspects",
            paramLabel = "N",
            description =
                    "List the N images whose truth is most probably wrong, by confident learning (Northcutt et al. 2021),"
                            + " in the table suspects/ and in the report [0].")
    private long suspects;

    @Option(names = "--output", required = true, paramLabel = "DIR", description = "Directory for metrics.json.")
    private String output = "";

    @Override
    public List<String> problems() throws IOException {
        return EvaluateJob.problems(request(), SparkSessions.configuration());
    }

    private EvaluateRequest request() {
        return new EvaluateRequest(
                predictions, truth.labels(), truth.truth(), truth.truthAs(), selection, at, suspects, output);
    }

    @Override
    public int run(Console console) throws Exception {
        try (SparkSession spark = SparkSessions.session("evaluate")) {
            Metrics metrics = new EvaluateJob(spark).run(request());
            EvaluateReport.print(metrics, console.out());
            console.out().println("metrics: " + output + "/" + EvaluateJob.METRICS_FILE);
            ReportPrinter.print(output + "/report.html", reports -> reports.evaluate(output), spark, console);
            return ExitCode.DONE;
        }
    }
}
