package dev.cardinal.job.cli;

import dev.cardinal.job.evaluate.EvaluateJob;
import dev.cardinal.job.evaluate.Metrics;
import dev.cardinal.job.evaluate.TruthAs;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** {@code evaluate}: predictions and truth to metrics. */
@CommandLine.Command(
        name = "evaluate",
        description =
                "Holds predictions to the truth: top-1 and top-5 with 95 %% Wilson intervals, calibration and the best"
                        + " temperature, confusions; and says how much of a selection is right.",
        sortOptions = false)
final class EvaluateCommand extends CommonOptions implements Command {
    @Option(
            names = "--predictions",
            required = true,
            arity = "1..*",
            paramLabel = "DIR",
            description = "Predictions tables of one model, as 'label' makes them.")
    private List<String> predictions = new ArrayList<>();

    @Option(
            names = "--truth",
            paramLabel = "URI",
            description = "CSV with a header, or Parquet, file or directory: columns path or sha256, and truth [the"
                    + " predictions' own column].")
    private @Nullable String truth;

    @Option(
            names = "--truth-as",
            paramLabel = "auto|name|id|index|index1",
            description = "What a truth is [auto: a class name, else a class id].")
    private TruthAs truthAs = TruthAs.AUTO;

    @Option(
            names = "--selection",
            paramLabel = "DIR",
            description =
                    "A selection, as 'select' makes it: the share of it that is right, overall and by class. An image"
                            + " whose truth is no class is not.")
    private @Nullable String selection;

    @Option(
            names = "--at",
            split = ",",
            paramLabel = "K",
            description = "Ranks down to which the selection is measured, with commas between [its K, or with k=all its"
                    + " largest rank, and the halves of it].")
    private List<Integer> at = new ArrayList<>();

    @Option(names = "--output", required = true, paramLabel = "DIR", description = "Directory for metrics.json.")
    private String output = "";

    @Override
    public List<String> problems() throws IOException {
        return EvaluateJob.problems(request(), Spark.configuration());
    }

    private EvaluateJob.Request request() {
        return new EvaluateJob.Request(predictions, truth, truthAs, selection, at, output);
    }

    @Override
    public int run(Console console) throws Exception {
        try (SparkSession spark = Spark.session("evaluate")) {
            Metrics metrics = new EvaluateJob(spark).run(request());
            EvaluateReport.print(metrics, console.out());
            console.out().println("metrics: " + output + "/" + EvaluateJob.METRICS_FILE);
            Reports.print(output + "/report.html", reports -> reports.evaluate(output), spark, console);
            return ExitCode.DONE;
        }
    }
}
