package dev.cardinal.job.cli;

import dev.cardinal.job.truth.TruthAs;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that {@code evaluate} and {@code compare} share: the truth of images, and the classes of predictions from elsewhere. */
final class TruthMixin {
    @Option(
            names = "--truth",
            paramLabel = "URI",
            description = "CSV with a header, or Parquet, file or directory: columns path or sha256, and truth [the"
                    + " truth column of the predictions].")
    private @Nullable String truth;

    @Option(
            names = "--truth-as",
            paramLabel = "auto|name|id|index|index1",
            description = "What a truth is [auto: a class name, else a class id, else a class index].")
    private TruthAs truthAs = TruthAs.AUTO;

    @Option(
            names = "--labels",
            paramLabel = "FILE",
            description =
                    "Class names of predictions that another program wrote: Parquet with path, and predictions, logits or"
                            + " probabilities [the classes in _cardinal/run.json].")
    private @Nullable String labels;

    @Nullable
    String labels() {
        return labels;
    }

    @Nullable
    String truth() {
        return truth;
    }

    TruthAs truthAs() {
        return truthAs;
    }
}
