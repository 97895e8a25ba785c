package dev.cardinal.job.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;

/**
 * What a selection and the record of its run say.
 *
 * @param run the record
 * @param classes every class, in the order of their indices
 * @param scores scores of the selected
 * @param sheets images of some classes
 * @param thumbnails of those images, by path
 */
record SelectSummary(
        JsonNode run,
        List<SelectedClass> classes,
        Histogram scores,
        List<Sheet> sheets,
        Map<String, Thumbnail> thumbnails) {
    SelectSummary {
        classes = List.copyOf(classes);
        sheets = List.copyOf(sheets);
        thumbnails = Map.copyOf(thumbnails);
    }

    /**
     * Images of a class.
     *
     * @param of the class
     * @param highest its first images
     * @param lowest its last images, the very last at the end; none where the first are all
     */
    record Sheet(SelectedClass of, List<Picture> highest, List<Picture> lowest) {
        Sheet {
            highest = List.copyOf(highest);
            lowest = List.copyOf(lowest);
        }
    }
}
