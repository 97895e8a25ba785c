package dev.cardinal.job.cli;

import dev.cardinal.udf.image.ImageOptions;
import dev.cardinal.udf.image.ImageOptions.Views;
import dev.cardinal.udf.options.ExecutionOptions;
import dev.cardinal.udf.options.ExecutionOptions.DeviceChoice;
import dev.cardinal.udf.options.ExecutionOptions.ModelDistribution;
import dev.cardinal.udf.options.ExecutionOptions.PrecisionChoice;
import java.util.List;
import picocli.CommandLine.Option;

/** Options that say how executors run the model, and on what pixels of an image; the same for {@code label} and {@code doctor}. */
final class ExecutionMixin {
    @Option(names = "--batch-size", paramLabel = "N", description = "Images that the model classifies at once [32].")
    private int batchSize = ExecutionOptions.DEFAULT_BATCH_SIZE;

    @Option(
            names = "--precision",
            paramLabel = "auto|fp32|bf16|fp16",
            description =
                    "Arithmetic of the model: bf16 for processors with AVX512-BF16 or AMX, fp16 for GPUs, auto for"
                            + " the fastest that the device does well [fp32].")
    private PrecisionChoice precision = ExecutionOptions.defaults().precision();

    @Option(
            names = "--device",
            paramLabel = "auto|cpu|gpu",
            description = "What the model runs on; auto is the executor's GPU if it has one, else its CPU [auto].")
    private DeviceChoice device = ExecutionOptions.defaults().device();

    @Option(
            names = "--model-distribution",
            paramLabel = "broadcast|shared",
            description = "Whether the driver sends the model to the executors, or each of them reads it from --model"
                    + " [broadcast].")
    private ModelDistribution distribution = ExecutionOptions.defaults().distribution();

    @Option(names = "--prefetch", paramLabel = "N", description = "Reads in flight in each task [8].")
    private int prefetch = ExecutionOptions.DEFAULT_PREFETCH;

    @Option(
            names = "--views",
            paramLabel = "one|flip|five-crop|ten-crop",
            converter = ViewsConverter.class,
            description =
                    "Views of an image whose probabilities are averaged, each at the cost of an image: the card's, its"
                            + " mirror image too, or corners and center as torchvision's FiveCrop and TenCrop [one].")
    private Views views = Views.ONE;

    @Option(
            names = "--draft",
            description =
                    "Decode large JPEG images at a half, a quarter or an eighth of their size, as Pillow's Image.draft:"
                            + " faster, with slightly other pixels.")
    private boolean draft;

    /** Parses values in kebab case, such as {@code ten-crop}. */
    static final class ViewsConverter extends KebabConverter<Views> {
        ViewsConverter() {
            super(Views.class);
        }
    }

    /** Adds the options that are out of range to the problems of a command line. */
    void check(List<String> problems) {
        CommonOptions.atLeastOne(problems, "--batch-size", batchSize);
        CommonOptions.atLeastOne(problems, "--prefetch", prefetch);
    }

    /** Returns the options; only if {@link #check} found no problem. */
    ExecutionOptions options() {
        return new ExecutionOptions(batchSize, prefetch, precision, device, distribution);
    }

    /** Returns options for images with the views and drafts of these. */
    ImageOptions image(ImageOptions options) {
        return options.withViews(views).withDraft(draft);
    }
}
