package dev.cardinal.job.select;

import dev.cardinal.zoo.PublicApi;
import java.util.List;
import java.util.Optional;

/**
 * A request to select pseudo-labels.
 *
 * @param predictions for each teacher, the directories of its predictions
 * @param labels file with the class names of predictions that another program wrote
 * @param output directory for the selection
 * @param options options of the selection
 */
@PublicApi
public record SelectRequest(
        List<List<String>> predictions, Optional<String> labels, String output, SelectOptions options) {
    public SelectRequest {
        predictions = predictions.stream().map(List::copyOf).toList();
    }

    /** Creates a request to select from predictions tables that {@code label} wrote. */
    public SelectRequest(List<List<String>> predictions, String output, SelectOptions options) {
        this(predictions, Optional.empty(), output, options);
    }

    /** Returns a request for the paper's selection from one teacher's table. */
    public static SelectRequest of(String predictions, String output) {
        return new SelectRequest(List.of(List.of(predictions)), output, SelectOptions.defaults());
    }
}
