package dev.cardinal.job.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a predictions table and the record of its last run say.
 *
 * @param run the record
 * @param scores scores of the first predictions
 * @param classes what images were taken for, the commonest first; classes that none was taken for are left out
 * @param sample images at random
 * @param notOk some rows that are not ok
 * @param thumbnails of the sample, by path
 */
record LabelSummary(
        JsonNode run,
        Histogram scores,
        List<Predicted> classes,
        List<Picture> sample,
        List<NotOk> notOk,
        Map<String, Thumbnail> thumbnails) {
    LabelSummary {
        classes = List.copyOf(classes);
        sample = List.copyOf(sample);
        notOk = List.copyOf(notOk);
        thumbnails = Map.copyOf(thumbnails);
    }

    /**
     * A class as first predictions.
     *
     * @param index of the class
     * @param label its name
     * @param images taken for it
     * @param meanScore of them, null where none is a number
     */
    record Predicted(
            int index, String label, long images, @Nullable Double meanScore) {}

    /**
     * A row without predictions.
     *
     * @param path its image
     * @param status what it is
     * @param error why, or null
     */
    record NotOk(String path, String status, @Nullable String error) {}
}
