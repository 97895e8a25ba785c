package dev.cardinal.job.cli;

import dev.cardinal.job.common.Format;
import dev.cardinal.job.label.CompactJob;
import dev.cardinal.job.label.CompactResult;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** {@code compact}: rewrites the small files of a predictions table into few large ones. */
@CommandLine.Command(
        name = "compact",
        description =
                "Rewrites the small files of a predictions table into few of up to 128 MiB or 500,000 rows. The rows"
                        + " stay the same. Only tables of 0.1, or of many short runs, need it.",
        sortOptions = false)
final class CompactCommand extends CommonOptions implements Command {
    @Option(
            names = "--predictions",
            required = true,
            paramLabel = "DIR",
            description = "Predictions table, written by 'label'.")
    private String predictions = "";

    @Override
    public List<String> problems() throws IOException {
        return CompactJob.problems(predictions, SparkSessions.configuration());
    }

    @Override
    public int run(Console console) throws Exception {
        try (SparkSession spark = SparkSessions.session("compact");
                ProgressBar progress = new ProgressBar(console)) {
            CompactResult result = new CompactJob(spark, Clock.systemUTC(), progress::step).run(predictions);
            console.out()
                    .println(
                            result.filesAfter() == result.filesBefore()
                                    ? Format.format(
                                            "nothing to compact: %,d rows in %,d files",
                                            result.rows(), result.filesBefore())
                                    : Format.format(
                                            "compacted %,d files to %,d: %,d rows in %.1f s",
                                            result.filesBefore(),
                                            result.filesAfter(),
                                            result.rows(),
                                            result.seconds()));
            return ExitCode.DONE;
        }
    }
}
