package dev.cardinal.job.label;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import dev.cardinal.zoo.card.ClassLabel;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Content of {@code _cardinal/run.json}: a table and the last run that changed anything. The file is flat; the components only
 * group its fields.
 *
 * @param state how far the run is
 * @param setup what the run labels with
 * @param images numbers of images
 * @param performance speed of the run
 * @param statistics measurements of the run
 * @param error why the run failed, or null
 */
@JsonDeserialize(using = RunRecord.FlatReader.class)
record RunRecord(
        @JsonUnwrapped State state,
        @JsonUnwrapped Setup setup,
        @JsonUnwrapped Images images,
        @JsonUnwrapped Performance performance,
        @JsonUnwrapped RunStatistics statistics,
        @Nullable String error) {

    static final String RUNNING = "running";
    static final String DONE = "done";
    static final String FAILED = "failed";
    static final String GATE_EXCEEDED = "gate-exceeded";

    /**
     * How far a run is.
     *
     * @param outcome {@code running}, {@code done}, {@code failed} or {@code gate-exceeded}
     * @param exitCode exit code of the run, null while it runs
     * @param started UTC time, ISO 8601
     * @param finished UTC time, ISO 8601, null while it runs
     */
    record State(
            String outcome,
            @Nullable Integer exitCode,
            String started,
            @Nullable String finished) {}

    /**
     * What a run labels with.
     *
     * @param model the model of all rows
     * @param options options of the run by their long names
     * @param versions of Cardinal, Spark, Java
     */
    record Setup(RecordedModel model, Map<String, Object> options, Map<String, String> versions) {}

    /**
     * The model of a table.
     *
     * @param id value of the {@code model} column
     * @param card id of its card
     * @param fingerprint identity of the model
     * @param uri location it was read from
     * @param classes its classes in the order of its outputs
     */
    record RecordedModel(String id, String card, String fingerprint, String uri, List<ClassLabel> classes) {}

    /**
     * Numbers of images.
     *
     * @param counts rows of the whole table by status
     * @param runCounts rows of this run by status
     * @param changed number of labeled files that have changed since
     * @param skipped number of files, directories and members of archives that were skipped
     * @param replaced rows that this run replaced, by their former status; null in records of older versions
     */
    record Images(
            Map<String, Long> counts,
            Map<String, Long> runCounts,
            long changed,
            long skipped,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            Map<String, Long> replaced) {}

    /**
     * Speed of a run and the work for one image.
     *
     * @param imagesPerSecond of this run, 0 if it labeled nothing or has not ended
     * @param measured speed of the last run that labeled something and ended normally; null if there is none
     * @param macs multiply-accumulate operations for all views of one image of the model's nominal size, null if its architecture is
     *     unknown
     */
    record Performance(
            double imagesPerSecond,
            @Nullable Measured measured,
            @Nullable Long macs) {}

    /**
     * Speed of a run that labeled something and ended normally.
     *
     * @param images number of images that it labeled
     * @param imagesPerSecond from its first task to its last commit
     */
    record Measured(long images, double imagesPerSecond) {
        /** Returns the speed of a run, null if it labeled nothing. */
        static @Nullable Measured of(long images, double imagesPerSecond) {
            return imagesPerSecond > 0 ? new Measured(images, imagesPerSecond) : null;
        }
    }

    RecordedModel model() {
        return setup.model();
    }

    Map<String, Object> options() {
        return setup.options();
    }

    /** Returns whether everything that later runs need is present. */
    boolean isWhole() {
        RecordedModel model = setup.model();
        return setup.options() != null
                && model != null
                && model.id() != null
                && model.fingerprint() != null
                && model.classes() != null;
    }

    /** Returns whether the run ended normally. */
    boolean isFinished() {
        return isFinished(state.outcome());
    }

    static boolean isFinished(String outcome) {
        return DONE.equals(outcome) || GATE_EXCEEDED.equals(outcome);
    }

    /** Returns {@link Performance#measured}, or the equivalent for a record that is older than that field. */
    @Nullable
    Measured speed() {
        return performance.measured() == null && isFinished()
                ? Measured.of(images(images.runCounts()), performance.imagesPerSecond())
                : performance.measured();
    }

    /** Returns the number of images of all statuses. */
    static long images(@Nullable Map<String, Long> counts) {
        return counts == null
                ? 0
                : counts.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Reads the flat fields into their groups, which Jackson 2.18 does only for classes that are not records. */
    static final class FlatReader extends JsonDeserializer<RunRecord> {
        @Override
        public RunRecord deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            JsonNode json = context.readTree(parser);
            return new RunRecord(
                    context.readTreeAsValue(json, State.class),
                    context.readTreeAsValue(json, Setup.class),
                    context.readTreeAsValue(json, Images.class),
                    context.readTreeAsValue(json, Performance.class),
                    context.readTreeAsValue(json, RunStatistics.class),
                    json.path("error").textValue());
        }
    }
}
