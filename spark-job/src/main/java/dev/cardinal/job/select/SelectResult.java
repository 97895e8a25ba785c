package dev.cardinal.job.select;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What came of a selection.
 *
 * @param models the teachers' {@code <card id>@<fingerprint>}
 * @param counts images and candidates
 * @param classes every class of the teachers, by its index
 * @param seconds wall time
 */
public record SelectResult(List<String> models, Counts counts, List<ClassSelection> classes, double seconds) {
    public SelectResult {
        models = List.copyOf(models);
        classes = List.copyOf(classes);
    }

    /** Classes that have selected fewer images than were asked for. */
    public long shortClasses() {
        return classes.stream().filter(each -> each.shortBy() > 0).count();
    }

    /**
     * What became of rows. {@code rows} is the sum of {@code images}, {@code notOk}, {@code incomplete}, {@code excluded},
     * {@code duplicates} and {@code refusedNan}; a row is counted under the first that holds of them in the order notOk, incomplete,
     * excluded, duplicates, refusedNan.
     *
     * @param rows images in the tables, of several teachers each once
     * @param images those of them that were considered
     * @param candidates images times the classes in which they competed, not below the lowest score
     * @param selected candidates selected
     * @param refusedNan images of which a score in question is not a number
     * @param duplicates images whose bytes another one has that stands for them
     * @param excluded images that the exclude file names
     * @param incomplete images that are ok for some teachers and not for all, or of which they have seen different bytes
     * @param notOk images that are ok for no teacher
     */
    public record Counts(
            long rows,
            long images,
            long candidates,
            long selected,
            long refusedNan,
            long duplicates,
            long excluded,
            long incomplete,
            long notOk) {}

    /**
     * What a class has selected.
     *
     * @param classIndex its index
     * @param label its name
     * @param candidates images that competed in it
     * @param selected images that it has selected
     * @param cutOffScore the lowest score of those, null where there are none
     * @param shortBy how many fewer they are than were asked for; 0 where all were
     */
    public record ClassSelection(
            int classIndex,
            String label,
            long candidates,
            long selected,
            @Nullable Float cutOffScore,
            long shortBy) {}
}
