package dev.cardinal.job.label;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.cardinal.udf.DeviceUse;
import dev.cardinal.zoo.ClassLabel;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code _cardinal/run.json} says of a table and the last run that did anything.
 *
 * @param outcome {@code running}, {@code done}, {@code failed} or {@code gate-exceeded}
 * @param exitCode exit code of the run, null while it runs
 * @param started UTC time, ISO 8601
 * @param finished UTC time, ISO 8601, null while it runs
 * @param model the model that all rows come from
 * @param options options of the run by their long names
 * @param versions of Cardinal, Spark, Java
 * @param counts rows of the whole table by status
 * @param runCounts rows of this run by status
 * @param changed labelled files that have changed since
 * @param skipped files passed over for a name that begins with a dot
 * @param imagesPerSecond of this run, 0 where it labelled nothing or has not ended
 * @param measured speed of the last run that labelled something and ended as it should; null where there was none
 * @param macs multiply-accumulate operations for one image of the model's nominal size, null where its
 *     architecture is not known
 * @param stageSeconds time of this run by stage, summed over tasks and threads
 * @param bytes encoded bytes that this run has read
 * @param batchFill how full the batches of this run were, 0 to 1, to three digits; null where the model was asked about no image
 * @param bottleneck what this run waited for most, null where it labelled nothing
 * @param commits appends of this run
 * @param devices what executors ran the model on
 * @param error why the run failed, or null
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
record RunRecord(
        String outcome,
        @Nullable Integer exitCode,
        String started,
        @Nullable String finished,
        Model model,
        Map<String, Object> options,
        Map<String, String> versions,
        Map<String, Long> counts,
        Map<String, Long> runCounts,
        long changed,
        long skipped,
        double imagesPerSecond,
        @Nullable Measured measured,
        @Nullable Long macs,
        Map<String, Double> stageSeconds,
        long bytes,
        @Nullable Double batchFill,
        @Nullable Bottleneck bottleneck,
        int commits,
        List<DeviceUse> devices,
        @Nullable String error) {

    /** Whether everything that later runs ask for is there. */
    boolean isWhole() {
        return options != null
                && model != null
                && model.id() != null
                && model.fingerprint() != null
                && model.classes() != null;
    }

    /** Whether the run ended as it should. */
    boolean isFinished() {
        return isFinished(outcome);
    }

    static boolean isFinished(String outcome) {
        return DONE.equals(outcome) || GATE_EXCEEDED.equals(outcome);
    }

    /** What {@link #measured} says, also of a record from before it was written. */
    @Nullable
    Measured speed() {
        return measured == null && isFinished() ? Measured.of(images(runCounts), imagesPerSecond) : measured;
    }

    /** Images of all statuses. */
    static long images(@Nullable Map<String, Long> counts) {
        return counts == null
                ? 0
                : counts.values().stream().mapToLong(Long::longValue).sum();
    }

    static final String RUNNING = "running";
    static final String DONE = "done";
    static final String FAILED = "failed";
    static final String GATE_EXCEEDED = "gate-exceeded";

    /**
     * How fast a run labelled.
     *
     * @param images that it labelled
     * @param imagesPerSecond from its first task to its last commit
     */
    record Measured(long images, double imagesPerSecond) {
        /** A run's, null where it labelled nothing. */
        static @Nullable Measured of(long images, double imagesPerSecond) {
            return imagesPerSecond > 0 ? new Measured(images, imagesPerSecond) : null;
        }
    }

    /**
     * The model a table was made with.
     *
     * @param id value of the {@code model} column
     * @param card id of its card
     * @param fingerprint identity of the model
     * @param uri where it was read from
     * @param classes its classes in the order of its outputs
     */
    record Model(String id, String card, String fingerprint, String uri, List<ClassLabel> classes) {}
}
