package dev.cardinal.job.cli;

import dev.cardinal.job.compare.CompareJob;
import dev.cardinal.job.compare.CompareRequest;
import dev.cardinal.job.compare.Comparison;
import dev.cardinal.job.evaluate.TruthAs;
import java.io.IOException;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** {@code compare}: which teacher to use. */
@CommandLine.Command(
        name = "compare",
        description =
                "Compares teachers on the images that all of them have labelled: agreement and, where the truth is"
                        + " known, accuracy, McNemar's test and which teacher to use.",
        sortOptions = false)
final class CompareCommand extends CommonOptions implements Command {
    @Option(
            names = "--predictions",
            required = true,
            arity = "1..*",
            parameterConsumer = TeachersConsumer.class,
            paramLabel = "DIR",
            description = "Predictions tables of one teacher, as 'label' makes them. Repeat it for every teacher.")
    private List<List<String>> predictions = List.of();

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

    @Option(names = "--output", required = true, paramLabel = "DIR", description = "Directory for comparison.json.")
    private String output = "";

    @Override
    public List<String> problems() throws IOException {
        return CompareJob.problems(request(), Spark.configuration());
    }

    private CompareRequest request() {
        return new CompareRequest(predictions, truth, truthAs, output);
    }

    @Override
    public int run(Console console) throws Exception {
        try (SparkSession spark = Spark.session("compare")) {
            Comparison comparison = new CompareJob(spark).run(request());
            CompareReport.print(comparison, console.out());
            console.out().println("comparison: " + output + "/" + CompareJob.COMPARISON_FILE);
            Reports.print(output + "/report.html", reports -> reports.compare(output), spark, console);
            return ExitCode.DONE;
        }
    }
}
