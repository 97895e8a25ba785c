package dev.cardinal.job.doctor;

import java.util.List;
import java.util.Map;

/**
 * What there is to label.
 *
 * @param images in all inputs
 * @param bytes of them, encoded; about so many where a container does not tell
 * @param skipped files and directories passed over for a name that begins with a dot
 * @param listingSeconds that it took to find them
 * @param statuses images of the sample by status, of those that occur
 * @param examples the first images of the sample that are not ok, by path, with what is wrong
 */
public record InputSummary(
        long images,
        long bytes,
        long skipped,
        double listingSeconds,
        Map<String, Long> statuses,
        List<String> examples) {
    public InputSummary {
        statuses = Map.copyOf(statuses);
        examples = List.copyOf(examples);
    }

    InputSummary with(Map<String, Long> otherStatuses, List<String> otherExamples) {
        return new InputSummary(images, bytes, skipped, listingSeconds, otherStatuses, otherExamples);
    }
}
