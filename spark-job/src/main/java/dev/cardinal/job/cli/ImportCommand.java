package dev.cardinal.job.cli;

import dev.cardinal.job.bundle.BundlePublisher;
import dev.cardinal.job.bundle.ImportJob;
import dev.cardinal.job.common.ProblemCollector;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.card.CardJson;
import dev.cardinal.zoo.card.LabelFile;
import dev.cardinal.zoo.card.ModelCard;
import dev.cardinal.zoo.card.ModelCatalog;
import dev.cardinal.zoo.card.ModelSource;
import dev.cardinal.zoo.card.Preprocessing;
import dev.cardinal.zoo.card.Preprocessing.CropMode;
import dev.cardinal.zoo.convert.ImportRequest.HashPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** {@code import}: converts a checkpoint into a model bundle. */
@CommandLine.Command(
        name = "import",
        description =
                "Converts a released checkpoint into a model bundle: a TensorFlow SavedModel with its card and labels.",
        sortOptions = false)
final class ImportCommand extends CommonOptions implements Command {
    private static final String CARD_SUFFIX = ".json";
    private static final int MIN_EDGE = 32;
    private static final int MAX_EDGE = 2048;

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
                    "The weight file, or the directory that contains it, on any Hadoop file system [the file that the card names: downloaded, or copied if it"
                            + " comes with Cardinal].")
    private @Nullable String checkpoint;

    @Option(
            names = "--state",
            paramLabel = "KEY",
            description =
                    "The state dict in the checkpoint that contains the weights, such as model_ema, or state_dict.teacher; a dot is"
                            + " the top level [the first that fits the card, averaged weights before others].")
    private @Nullable String state;

    @Option(
            names = "--output",
            required = true,
            paramLabel = "DIR",
            description = "Directory for the bundle, on any Hadoop file system, missing or empty.")
    private String output = "";

    @Option(
            names = "--labels",
            paramLabel = "FILE",
            description =
                    "Class names of a fine-tuned checkpoint: one per line, CSV, JSON and other formats, which are detected.")
    private @Nullable String labels;

    @Option(
            names = "--size",
            paramLabel = "PIXELS",
            description = "Edge of the image that the model takes [that of the card].")
    private @Nullable Integer size;

    @Option(
            names = "--crop-pct",
            paramLabel = "SHARE",
            description =
                    "Share of the scaled image that the center crop keeps, above 0 and at most 1, as in timm: images are scaled to"
                            + " the edge divided by it [that of the card].")
    private @Nullable Double cropPct;

    @Option(
            names = "--crop-mode",
            paramLabel = "MODE",
            description =
                    "What scaling does with images that are not square, as in timm: center crops them, squash changes their"
                            + " proportions, border adds a border of the mean color [that of the card].")
    private @Nullable String cropMode;

    @Option(
            names = "--allow-hash-mismatch",
            description = "Only warn if the SHA-256 of the checkpoint is not the one in the card.")
    private boolean allowHashMismatch;

    @Option(
            names = "--verify",
            paramLabel = "FILE.npz",
            description =
                    "Images (uint8 [N, H, W, 3]) and PyTorch's logits for them (float32 [N, classes]) to compare the model"
                            + " with; if they differ by more than 1e-3 of the largest logit, nothing is written.")
    private @Nullable String verify;

    @Override
    public List<String> problems() throws IOException {
        ProblemCollector problems = new ProblemCollector();
        Configuration configuration = SparkSessions.configuration();
        problems.check(() -> {
            ModelCard found = card();
            if (checkpoint == null) {
                ImportJob.problem(found).ifPresent(problems::add);
            }
        });
        if (labels != null) {
            Path file = Path.of(labels);
            problems.check(() -> LabelFile.read(file));
        }
        if (verify != null && !Files.isRegularFile(Path.of(verify))) {
            problems.add("--verify " + verify + (Files.exists(Path.of(verify)) ? " is not a file" : " does not exist"));
        }
        problems.check(() -> new BundlePublisher(configuration).existing(new org.apache.hadoop.fs.Path(output)));
        if (checkpoint != null) {
            org.apache.hadoop.fs.Path file = new org.apache.hadoop.fs.Path(checkpoint);
            if (!file.getFileSystem(configuration).exists(file)) {
                problems.add("checkpoint " + checkpoint + " does not exist");
            }
        }
        return problems.problems();
    }

    private ModelCard card() {
        ModelCard found = card.endsWith(CARD_SUFFIX) ? CardJson.read(Path.of(card)) : ModelCatalog.find(card);
        return found.withPreprocessing(preprocessing(found));
    }

    private Preprocessing preprocessing(ModelCard found) {
        Preprocessing own = found.preprocessing();
        Preprocessing changed = own;
        if (size != null || cropPct != null) {
            if (cropPct != null && !(cropPct > 0 && cropPct <= 1)) {
                throw CardinalException.usage("--crop-pct must be above 0 and at most 1, not " + cropPct);
            }
            Integer edge = size == null ? own.crop() : size;
            if (edge == null) {
                throw CardinalException.usage(
                        "--crop-pct needs --size, because card " + found.id() + " takes images of any size");
            }
            if (edge < MIN_EDGE || edge > MAX_EDGE) {
                throw CardinalException.usage(
                        "--size must be " + MIN_EDGE + " to " + MAX_EDGE + " pixels, not " + edge);
            }
            changed = changed.withSize(edge, cropPct);
        }
        return cropMode == null ? changed : changed.withCropMode(mode(cropMode));
    }

    private static @Nullable CropMode mode(String name) {
        return switch (name) {
            case "center" -> null;
            case "squash" -> CropMode.SQUASH;
            case "border" -> CropMode.BORDER;
            default ->
                throw CardinalException.usage("--crop-mode must be center, squash or border, not '" + name + "'");
        };
    }

    @Override
    public int run(Console console) throws Exception {
        ModelCard chosen = card();
        ModelSource source = chosen.source();
        if (source.forbidsCommercialUse()) { // before anything is downloaded
            console.out()
                    .println("license of the weights: " + source.license()
                            + " (Creative Commons Attribution-NonCommercial: not for commercial use)");
        }
        ImportJob.Request request = new ImportJob.Request(
                chosen,
                checkpoint,
                state,
                labels == null ? null : Path.of(labels),
                allowHashMismatch ? HashPolicy.WARN_ON_MISMATCH : HashPolicy.REQUIRE_MATCH,
                verify == null ? null : Path.of(verify),
                output);
        ImportJob.Result result;
        try (ProgressBar progress = new ProgressBar(console)) {
            result = new ImportJob(SparkSessions.configuration(), progress).run(request);
        }
        result.notes().forEach(console.out()::println);
        result.warnings().forEach(warning -> console.err().println("cardinal: warning: " + warning));
        result.verification().ifPresent(verification -> console.out()
                .println("verified: " + verification.images() + " images of " + verify + ", " + verification));
        ModelCard imported = result.bundle().card();
        console.out()
                .printf(
                        Locale.ROOT,
                        "%s %s (%s, %,d parameters) %s %s%n",
                        result.outcome() == ImportJob.Outcome.WRITTEN ? "imported" : "already imported:",
                        result.bundle().modelId(),
                        imported.architecture().title(),
                        imported.architecture().parameters(),
                        result.outcome() == ImportJob.Outcome.WRITTEN ? "to" : "is in",
                        output);
        if (source.license() != null && !source.forbidsCommercialUse()) {
            console.out().println("license of the weights: " + source.license());
        }
        return ExitCode.DONE;
    }
}
