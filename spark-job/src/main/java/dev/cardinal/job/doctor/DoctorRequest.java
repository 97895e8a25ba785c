package dev.cardinal.job.doctor;

import dev.cardinal.job.source.SourceSpec;
import dev.cardinal.udf.EngineOptions;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What to look at.
 *
 * @param model directory of a model bundle, or of a SavedModel made elsewhere; empty looks at no model
 * @param card file with the card of a SavedModel made elsewhere, on the local disk; null for a model bundle
 * @param source where images are found; empty looks at none
 * @param output directory that predictions are to be written to; empty writes nothing, or on the local disk of a local run
 * @param executors how many the estimate is for; empty takes those that are there
 * @param sample images that are measured on each executor, at most; empty takes enough to fill every task's batches
 * @param engine how images go through an executor
 */
public record DoctorRequest(
        Optional<String> model,
        @Nullable Path card,
        Optional<SourceSpec> source,
        Optional<String> output,
        OptionalInt executors,
        OptionalInt sample,
        EngineOptions engine) {

    public DoctorRequest {
        if (executors.orElse(1) < 1 || sample.orElse(1) < 1) {
            throw new IllegalArgumentException("executors and sample must be at least 1: " + executors + ", " + sample);
        }
    }

    /** Looks at a model and images, with every default. */
    public static DoctorRequest of(Optional<String> model, Optional<SourceSpec> source) {
        return new DoctorRequest(
                model,
                null,
                source,
                Optional.empty(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                EngineOptions.defaults());
    }
}
