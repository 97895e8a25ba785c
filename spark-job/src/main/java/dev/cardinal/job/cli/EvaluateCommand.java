package dev.cardinal.job.cli;

import dev.cardinal.job.evaluate.EvaluateJob;
import dev.cardinal.job.evaluate.Metrics;
import dev.cardinal.job.evaluate.TruthAs;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** {@code evaluate}: predictions and truth to metrics. */
@CommandLine.Command(
        name = "evaluate",
        description = "Holds predictions to the truth in their table: top-1 and top-5 with 95 %% Wilson intervals.",
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
            names = "--truth-as",
            paramLabel = "auto|name|id|index|index1",
            description = "What the truth column holds [auto: a class name, else a class id].")
    private TruthAs truthAs = TruthAs.AUTO;

    @Option(names = "--output", required = true, paramLabel = "DIR", description = "Directory for metrics.json.")
    private String output = "";

    @Override
    public List<String> problems() throws IOException {
        return EvaluateJob.problems(request(), Spark.configuration());
    }

    private EvaluateJob.Request request() {
        return new EvaluateJob.Request(predictions, truthAs, output);
    }

    @Override
    public int run(Console console) throws Exception {
        try (SparkSession spark = Spark.session("evaluate")) {
            Metrics metrics = new EvaluateJob(spark).run(request());
            print(metrics, console.out());
            console.out().println("metrics: " + output + "/" + EvaluateJob.METRICS_FILE);
            return ExitCode.DONE;
        }
    }

    static void print(Metrics metrics, PrintStream out) {
        out.println(share("top-1", metrics.top1(), metrics.top1Low(), metrics.top1High(), metrics.n()));
        if (metrics.top5() != null && metrics.top5Low() != null && metrics.top5High() != null) {
            out.println(share("top-5", metrics.top5(), metrics.top5Low(), metrics.top5High(), metrics.n()));
        }
        long unmatched =
                metrics.unmatched().stream().mapToLong(Metrics.Unmatched::count).sum();
        if (unmatched > 0) {
            out.printf(
                    Locale.ROOT,
                    "%,d rows have a truth that is no class of the model: %s%n",
                    unmatched,
                    metrics.unmatched().stream()
                            .limit(5)
                            .map(each -> each.truth() + " (" + each.count() + ")")
                            .toList());
        }
    }

    private static String share(String name, double value, double low, double high, long n) {
        return String.format(
                Locale.ROOT,
                "%s %6.2f %%  (95 %% interval %.2f to %.2f, %,d of %,d images)",
                name,
                100 * value,
                100 * low,
                100 * high,
                Math.round(value * n),
                n);
    }
}
