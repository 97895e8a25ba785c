package dev.cardinal.job.doctor;

import dev.cardinal.job.source.SourceSpec;
import dev.cardinal.udf.image.ImageOptions;
import dev.cardinal.udf.options.ExecutionOptions;
import dev.cardinal.udf.options.LabelOptions;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What to check.
 *
 * @param model directory of a model bundle or of an external SavedModel; if empty, no model is checked
 * @param card file on the local disk with the card of an external SavedModel; null for a model bundle
 * @param source where to find images; if empty, no images are checked
 * @param output directory that predictions will be written to; if empty, nothing is written, or in a local run to the local disk
 * @param executors number of executors to estimate for; if empty, those that are running
 * @param sample maximum number of images to measure on each executor; if empty, enough to fill the batches of every task
 * @param execution how an executor processes images
 * @param image how images are decoded and prepared
 */
public record DoctorRequest(
        Optional<String> model,
        @Nullable Path card,
        Optional<SourceSpec> source,
        Optional<String> output,
        OptionalInt executors,
        OptionalInt sample,
        ExecutionOptions execution,
        ImageOptions image) {

    public DoctorRequest {
        if (executors.orElse(1) < 1 || sample.orElse(1) < 1) {
            throw new IllegalArgumentException("executors and sample must be at least 1: " + executors + ", " + sample);
        }
    }

    /** Returns options of labeling with what this request says. */
    LabelOptions options() {
        return LabelOptions.defaults().withImage(image).withExecution(execution);
    }
}
