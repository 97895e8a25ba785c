package dev.cardinal.job.label;

import dev.cardinal.job.source.TruthFrom;
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
 * @param inputs files, directories or globs
 * @param output directory of the predictions table; empty to hand the rows back instead
 * @param include glob that a file must match, or null
 * @param limit images labelled at most
 * @param truthFrom where the {@code truth} column comes from
 * @param options what executors need to know
 * @param imagesPerCommit images of one append to the table, at most
 * @param maxBadFraction share of rows that may be other than ok before the gate closes, 0 to 1
 */
public record LabelRequest(
        String model,
        @Nullable Path card,
        List<String> inputs,
        Optional<String> output,
        @Nullable String include,
        long limit,
        TruthFrom truthFrom,
        LabelOptions options,
        int imagesPerCommit,
        double maxBadFraction) {

    public static final int DEFAULT_IMAGES_PER_COMMIT = 100_000;

    /** Images labelled at most where there is no output to write them to. */
    public static final int MAX_IMAGES_WITHOUT_OUTPUT = 100;

    public LabelRequest {
        inputs = List.copyOf(inputs);
        if (inputs.isEmpty() || limit < 1 || imagesPerCommit < 1 || !(maxBadFraction >= 0 && maxBadFraction <= 1)) {
            throw new IllegalArgumentException(
                    "a request needs an input, a limit and images per commit of at least 1, and a"
                            + " bad fraction of 0 to 1: " + inputs + ", " + limit + ", " + imagesPerCommit + ", "
                            + maxBadFraction);
        }
    }

    /** A request with every default. */
    public static LabelRequest of(String model, List<String> inputs, Optional<String> output) {
        return new LabelRequest(
                model,
                null,
                inputs,
                output,
                null,
                Long.MAX_VALUE,
                TruthFrom.NONE,
                LabelOptions.defaults(),
                DEFAULT_IMAGES_PER_COMMIT,
                1.0);
    }
}
