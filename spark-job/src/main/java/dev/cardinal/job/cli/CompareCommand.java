package dev.cardinal.job.cli;

import dev.cardinal.job.compare.CompareJob;
import dev.cardinal.job.compare.CompareRequest;
import dev.cardinal.job.compare.Comparison;
import java.io.IOException;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code compare}: compares teachers and recommends one. */
@CommandLine.Command(
        name = "compare",
        description =
                "Compares teachers on the images that all of them have labeled: agreement and, if the truth is known,"
                        + " accuracy, McNemar's test and which teacher to use.",
        sortOptions = false)
final class CompareCommand extends CommonOptions implements Command {
    @Option(
            names = "--predictions",
            required = true,
            arity = "1..*",
            parameterConsumer = TeachersConsumer.class,
            paramLabel = "DIR",
            description = "Predictions tables of one teacher, written by 'label'. Repeat the option for every teacher.")
    private List<List<String>> predictions = List.of();

    @Mixin
    private final TruthMixin truth = new TruthMixin();

    @Option(names = "--output", required = true, paramLabel = "DIR", description = "Directory for comparison.json.")
    private String output = "";

    @Override
    public List<String> problems() throws IOException {
        return CompareJob.problems(request(), SparkSessions.configuration());
    }

    private CompareRequest request() {
        return new CompareRequest(predictions, truth.labels(), truth.truth(), truth.truthAs(), output);
    }

    @Override
    public int run(Console console) throws Exception {
        try (SparkSession spark = SparkSessions.session("compare")) {
            Comparison comparison = new CompareJob(spark).run(request());
            CompareReport.print(comparison, console.out());
            console.out().println("comparison: " + output + "/" + CompareJob.COMPARISON_FILE);
            ReportPrinter.print(output + "/report.html", reports -> reports.compare(output), spark, console);
            return ExitCode.DONE;
        }
    }
}
