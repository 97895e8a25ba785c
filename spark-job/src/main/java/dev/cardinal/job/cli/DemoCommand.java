package dev.cardinal.job.cli;

import dev.cardinal.job.bundle.ImportJob;
import dev.cardinal.job.evaluate.EvaluateJob;
import dev.cardinal.job.evaluate.Metrics;
import dev.cardinal.job.evaluate.TruthAs;
import dev.cardinal.job.label.LabelJob;
import dev.cardinal.job.label.LabelRequest;
import dev.cardinal.job.label.LabelResult;
import dev.cardinal.job.source.FieldNames;
import dev.cardinal.job.source.InputFormat;
import dev.cardinal.job.source.SourceSpec;
import dev.cardinal.job.source.TruthFrom;
import dev.cardinal.udf.LabelOptions;
import dev.cardinal.zoo.Catalogue;
import dev.cardinal.zoo.ImportProgress;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** {@code demo}: the whole way, on the model and the images that come with Cardinal. */
@CommandLine.Command(
        name = "demo",
        description =
                "Imports, labels and evaluates the model and the images that come with Cardinal: a small ResNeXt and"
                        + " 1,000 images of Fashion-MNIST, with five files that are no images.",
        sortOptions = false)
final class DemoCommand extends CommonOptions implements Command {
    private static final String CARD = "fashion_resnext20_8x4d";

    @Option(
            names = "--output",
            paramLabel = "DIR",
            description = "Directory on the local disk for images, model and results [cardinal-demo].")
    private String output = "cardinal-demo";

    @Override
    public List<String> problems() throws IOException {
        List<String> problems = new ArrayList<>();
        Path directory = Path.of(output);
        if (Files.exists(directory) && !Files.isDirectory(directory)) {
            problems.add("output " + output + " is a file; name a directory");
        } else if (DemoImages.isForeign(directory)) {
            problems.add("output " + output + " already holds something else; name another --output");
        }
        return problems;
    }

    @Override
    public int run(Console console) throws Exception {
        Path directory = Path.of(output).toAbsolutePath().normalize();
        Path images = DemoImages.extract(directory);
        // Fully qualified: a cluster's default file system may be another.
        String model = "file:" + directory.resolve("model");
        String predictions = "file:" + directory.resolve("predictions");
        String evaluation = "file:" + directory.resolve("evaluation");
        PrintStream out = console.out();
        try (ProgressBar progress = new ProgressBar(console)) {
            progress.step("importing the model");
            ImportJob.Result imported = new ImportJob(Spark.configuration(), ImportProgress.NONE)
                    .run(ImportJob.Request.released(Catalogue.find(CARD), model));
            progress.step("starting Spark");
            try (SparkSession spark = Spark.session("demo")) {
                LabelResult labelled = new LabelJob(spark, Clock.systemUTC(), progress)
                        .run(request(model, "file:" + images, predictions));
                progress.step("evaluating");
                Metrics metrics = new EvaluateJob(spark)
                        .run(new EvaluateJob.Request(List.of(predictions), TruthAs.AUTO, evaluation));
                progress.finished();
                out.printf(
                        Locale.ROOT,
                        "model        %s (%s, %,d parameters)%n",
                        imported.bundle().modelId(),
                        imported.bundle().card().architecture().title(),
                        imported.bundle().card().architecture().parameters());
                LabelReport.printShort(
                        labelled, directory.resolve("predictions").toString(), out);
                EvaluateCommand.print(metrics, out);
            }
        }
        out.println("images:      " + images);
        out.println("model:       " + directory.resolve("model"));
        out.println("evaluation:  " + directory.resolve("evaluation") + "/" + EvaluateJob.METRICS_FILE);
        return ExitCode.DONE;
    }

    private static LabelRequest request(String model, String images, String predictions) {
        return new LabelRequest(
                model,
                null,
                new SourceSpec(List.of(images), InputFormat.FILES, null, TruthFrom.PARENT_DIR, FieldNames.usual()),
                Optional.of(predictions),
                Long.MAX_VALUE,
                LabelOptions.defaults(),
                LabelRequest.DEFAULT_IMAGES_PER_COMMIT,
                1.0);
    }
}
