package dev.cardinal.job.cli;

import dev.cardinal.job.bundle.BundleStore;
import dev.cardinal.job.bundle.ImportJob;
import dev.cardinal.zoo.CardJson;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.Catalogue;
import dev.cardinal.zoo.ImportRequest.HashPolicy;
import dev.cardinal.zoo.Labels;
import dev.cardinal.zoo.ModelCard;
import dev.cardinal.zoo.ModelSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** {@code import}: a checkpoint to a model bundle. */
@CommandLine.Command(
        name = "import",
        description =
                "Turns a released checkpoint into a model bundle: a TensorFlow SavedModel with its card and labels.",
        sortOptions = false)
final class ImportCommand extends CommonOptions implements Command {
    private static final String CARD_SUFFIX = ".json";

    @Option(
            names = "--card",
            required = true,
            paramLabel = "ID|FILE.json",
            description = "The model: an id or alias that 'models' lists, or a card of your own.")
    private String card = "";

    @Option(
            names = "--checkpoint",
            paramLabel = "FILE",
            description =
                    "The weight file, on any Hadoop file system; left out, the card's own is downloaded, or taken where it comes"
                            + " with Cardinal.")
    private @Nullable String checkpoint;

    @Option(
            names = "--output",
            required = true,
            paramLabel = "DIR",
            description = "Directory for the bundle, on any Hadoop file system; must be missing or empty.")
    private String output = "";

    @Option(
            names = "--labels",
            paramLabel = "FILE",
            description = "Class names of a fine-tuned checkpoint, one a line: name, or name TAB id.")
    private @Nullable String labels;

    @Option(
            names = "--allow-hash-mismatch",
            description = "Import a checkpoint whose SHA-256 is not the card's, with a warning.")
    private boolean allowHashMismatch;

    @Option(
            names = "--verify",
            paramLabel = "FILE.npz",
            description =
                    "Compare the model with images (uint8 [N, H, W, 3]) and logits (float32 [N, classes]) that PyTorch"
                            + " gives them; beyond 1e-3 of the largest logit nothing is written.")
    private @Nullable String verify;

    @Override
    public List<String> problems() throws IOException {
        List<String> problems = new ArrayList<>();
        Configuration configuration = Spark.configuration();
        try {
            ModelCard found = card();
            if (checkpoint == null) {
                ImportJob.problem(found).ifPresent(problems::add);
            }
        } catch (CardinalException e) {
            problems.add(e.getMessage());
        }
        if (labels != null) {
            try {
                Labels.read(Path.of(labels));
            } catch (CardinalException e) {
                problems.add(e.getMessage());
            }
        }
        if (verify != null && !Files.isRegularFile(Path.of(verify))) {
            problems.add("--verify " + verify + (Files.exists(Path.of(verify)) ? " is not a file" : " does not exist"));
        }
        try {
            new BundleStore(configuration).occupant(new org.apache.hadoop.fs.Path(output));
        } catch (CardinalException e) {
            problems.add(e.getMessage());
        }
        if (checkpoint != null) {
            org.apache.hadoop.fs.Path file = new org.apache.hadoop.fs.Path(checkpoint);
            FileSystem fileSystem = file.getFileSystem(configuration);
            if (!fileSystem.exists(file)) {
                problems.add("checkpoint " + checkpoint + " does not exist");
            }
        }
        return problems;
    }

    private ModelCard card() {
        return card.endsWith(CARD_SUFFIX) ? CardJson.read(Path.of(card)) : Catalogue.find(card);
    }

    @Override
    public int run(Console console) throws Exception {
        ModelCard chosen = card();
        ModelSource source = chosen.source();
        if (source.forbidsCommercialUse()) { // before anything is downloaded
            console.out()
                    .println("licence of the weights: " + source.licence()
                            + " (Creative Commons Attribution-NonCommercial: not for commercial use)");
        }
        ImportJob.Request request = new ImportJob.Request(
                chosen,
                checkpoint,
                labels == null ? null : Path.of(labels),
                allowHashMismatch ? HashPolicy.WARN_ON_MISMATCH : HashPolicy.REQUIRE_MATCH,
                verify == null ? null : Path.of(verify),
                output);
        ImportJob.Result result;
        try (ProgressBar progress = new ProgressBar(console)) {
            result = new ImportJob(Spark.configuration(), progress).run(request);
        }
        result.warnings().forEach(warning -> console.err().println("cardinal: warning: " + warning));
        result.verification().ifPresent(verification -> console.out()
                .println("verified: " + verification.images() + " images of " + verify + ", " + verification));
        ModelCard imported = result.bundle().card();
        console.out()
                .printf(
                        "%s %s (%s, %,d parameters) %s %s%n",
                        result.outcome() == ImportJob.Outcome.WRITTEN ? "imported" : "already imported:",
                        result.bundle().modelId(),
                        imported.architecture().title(),
                        imported.architecture().parameters(),
                        result.outcome() == ImportJob.Outcome.WRITTEN ? "to" : "is in",
                        output);
        if (source.licence() != null && !source.forbidsCommercialUse()) {
            console.out().println("licence of the weights: " + source.licence());
        }
        return ExitCode.DONE;
    }
}
