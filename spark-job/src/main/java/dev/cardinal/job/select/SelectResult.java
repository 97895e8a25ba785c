package dev.cardinal.job.select;

import dev.cardinal.zoo.PublicApi;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Result of a selection.
 *
 * @param models the teachers' models, {@code <card id>@<fingerprint>}
 * @param counts numbers of images and candidates
 * @param classes all classes of the teachers, by index
 * @param seconds wall time
 */
@PublicApi
public record SelectResult(List<String> models, Counts counts, List<ClassSelection> classes, double seconds) {
    public SelectResult {
        models = List.copyOf(models);
        classes = List.copyOf(classes);
    }

    /** Returns the number of classes that selected fewer images than requested. */
    public long shortClasses() {
        return classes.stream().filter(each -> each.shortBy() > 0).count();
    }

    /**
     * Numbers of images and candidates. {@code rows} is the sum of {@code images}, {@code notOk}, {@code incomplete}, {@code excluded},
     * {@code leaks}, {@code duplicates}, {@code nearDuplicates} and {@code refusedNan}. An image is counted under the first of these that
     * applies, in the order notOk, incomplete, excluded, duplicates, leaks, nearDuplicates, refusedNan.
     *
     * @param rows images in the tables; an image in the tables of several teachers counts once
     * @param images images that competed
     * @param candidates pairs of an image and a class in which it competed, with at least the lowest score
     * @param selected candidates that were selected
     * @param refusedNan images with a competing score that is NaN or infinite
     * @param duplicates images that are represented by another image with the same bytes
     * @param nearDuplicates images that look like a better one
     * @param excluded images that the exclude file lists
     * @param leaks images that look like one of the exclude file
     * @param incomplete images that are ok for some teachers but not for all, or whose bytes differed between teachers
     * @param notOk images that are ok for no teacher
     */
    public record Counts(
            long rows,
            long images,
            long candidates,
            long selected,
            long refusedNan,
            long duplicates,
            long nearDuplicates,
            long excluded,
            long leaks,
            long incomplete,
            long notOk) {}

    /**
     * Selection of one class.
     *
     * @param classIndex index of the class
     * @param label name of the class
     * @param candidates images that competed in it
     * @param selected images that it selected
     * @param cutOffScore lowest selected score, null if no image was selected
     * @param shortBy number of images missing from {@code k}; 0 if all candidates were requested
     */
    public record ClassSelection(
            int classIndex,
            String label,
            long candidates,
            long selected,
            @Nullable Float cutOffScore,
            long shortBy) {}
}
