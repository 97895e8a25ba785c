package dev.cardinal.job.label;

import dev.cardinal.job.source.SourceSpec;
import dev.cardinal.udf.LabelOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What to label, with what, and where to.
 *
 * @param model directory of a model bundle, or of a SavedModel made elsewhere
 * @param card file with the card of a SavedModel made elsewhere, on the local disk; null for a model bundle
 * @param source where images are found
 * @param output directory of the predictions table; empty to hand the rows back instead
 * @param limit images labelled at most
 * @param options what executors need to know
 * @param imagesPerCommit images of one append to the table, at most
 * @param maxBadFraction share of rows that may be other than ok before the gate closes, 0 to 1
 */
public record LabelRequest(
        String model,
        @Nullable Path card,
        SourceSpec source,
        Optional<String> output,
        long limit,
        LabelOptions options,
        int imagesPerCommit,
        double maxBadFraction) {

    public static final int DEFAULT_IMAGES_PER_COMMIT = 100_000;

    /** Images labelled at most where there is no output to write them to. */
    public static final int MAX_IMAGES_WITHOUT_OUTPUT = 100;

    public LabelRequest {
        if (limit < 1 || imagesPerCommit < 1 || !(maxBadFraction >= 0 && maxBadFraction <= 1)) {
            throw new IllegalArgumentException("a request needs a limit and images per commit of at least 1, and a bad"
                    + " fraction of 0 to 1: " + limit + ", " + imagesPerCommit + ", " + maxBadFraction);
        }
    }

    /** A request with every default. */
    public static LabelRequest of(String model, List<String> inputs, Optional<String> output) {
        return new LabelRequest(
                model,
                null,
                SourceSpec.of(inputs),
                output,
                Long.MAX_VALUE,
                LabelOptions.defaults(),
                DEFAULT_IMAGES_PER_COMMIT,
                1.0);
    }
}
