package dev.cardinal.job.select;

import java.util.List;

/**
 * What to select from, how, and where to.
 *
 * @param predictions directories of predictions tables: for each teacher those of its one or more parts
 * @param output directory for the selection
 * @param options how images are chosen
 */
public record SelectRequest(List<List<String>> predictions, String output, SelectOptions options) {
    public SelectRequest {
        predictions = predictions.stream().map(List::copyOf).toList();
    }

    /** The paper's selection from one teacher's table. */
    public static SelectRequest of(String predictions, String output) {
        return new SelectRequest(List.of(List.of(predictions)), output, SelectOptions.defaults());
    }
}
