package dev.cardinal.job.export;

import dev.cardinal.zoo.PublicApi;
import java.util.Optional;

/**
 * A request to export a selection.
 *
 * @param selection directory that {@code select} wrote
 * @param predictions predictions table for soft labels; empty for the one that the selection names
 * @param output directory for the shards
 * @param options options of the export
 */
@PublicApi
public record ExportRequest(String selection, Optional<String> predictions, String output, ExportOptions options) {}
