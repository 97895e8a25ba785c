package dev.cardinal.job.label;

import dev.cardinal.job.source.SourceSpec;
import dev.cardinal.job.table.TableName;
import dev.cardinal.udf.options.LabelOptions;
import dev.cardinal.zoo.PublicApi;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A request to label images.
 *
 * @param model directory of a model bundle, or of a SavedModel made elsewhere
 * @param card file with the card of a SavedModel made elsewhere, on the local disk; null for a model bundle
 * @param source the images
 * @param output directory of the predictions table, or {@code table:CATALOG.DB.NAME}; empty to return the rows instead
 * @param state directory for the run records and the lock of a table in a catalog; empty for a directory, which has them itself
 * @param limit maximum number of images to label
 * @param options options for executors
 * @param imagesPerCommit maximum number of images in one commit; empty to size commits by the time that they take
 * @param maxBadFraction maximum share of rows that may be other than ok, 0 to 1
 * @param table what happens to the rows that the table already has
 */
@PublicApi
public record LabelRequest(
        String model,
        @Nullable Path card,
        SourceSpec source,
        Optional<String> output,
        Optional<String> state,
        long limit,
        LabelOptions options,
        OptionalInt imagesPerCommit,
        double maxBadFraction,
        TableOptions table) {

    /** Images per commit in version 0.1. */
    public static final int DEFAULT_IMAGES_PER_COMMIT = 100_000;

    /** Maximum number of images without an output. */
    public static final int MAX_IMAGES_WITHOUT_OUTPUT = 100;

    public LabelRequest {
        if (limit < 1 || imagesPerCommit.orElse(1) < 1 || !(maxBadFraction >= 0 && maxBadFraction <= 1)) {
            throw new IllegalArgumentException("limit and images per commit must be at least 1, and the bad fraction"
                    + " between 0 and 1: " + limit + ", " + imagesPerCommit + ", " + maxBadFraction);
        }
    }

    /** Creates a request whose output, if it has one, is a directory. */
    public LabelRequest(
            String model,
            @Nullable Path card,
            SourceSpec source,
            Optional<String> output,
            long limit,
            LabelOptions options,
            OptionalInt imagesPerCommit,
            double maxBadFraction,
            TableOptions table) {
        this(model, card, source, output, Optional.empty(), limit, options, imagesPerCommit, maxBadFraction, table);
    }

    /** Creates a request that keeps all rows of the table, with commits of a fixed size. */
    public LabelRequest(
            String model,
            @Nullable Path card,
            SourceSpec source,
            Optional<String> output,
            long limit,
            LabelOptions options,
            int imagesPerCommit,
            double maxBadFraction) {
        this(
                model,
                card,
                source,
                output,
                limit,
                options,
                OptionalInt.of(imagesPerCommit),
                maxBadFraction,
                TableOptions.KEEP);
    }

    /** Returns this request with the model, the card, the output and the state of another one. */
    LabelRequest withTarget(LabelRequest other) {
        return new LabelRequest(
                other.model,
                other.card,
                source,
                other.output,
                other.state,
                limit,
                options,
                imagesPerCommit,
                maxBadFraction,
                table);
    }

    /** Returns whether the output is a table of a catalog. */
    boolean isToCatalog() {
        return output.isPresent() && TableName.isTable(output.get());
    }

    /** Returns a request with default options. */
    public static LabelRequest of(String model, List<String> inputs, Optional<String> output) {
        return new LabelRequest(
                model,
                null,
                SourceSpec.of(inputs),
                output,
                Optional.empty(),
                Long.MAX_VALUE,
                LabelOptions.defaults(),
                OptionalInt.empty(),
                1.0,
                TableOptions.KEEP);
    }
}
