package dev.cardinal.job.doctor;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.cardinal.job.common.Format;
import dev.cardinal.job.doctor.Check.CheckResult;
import dev.cardinal.job.label.Bottleneck;
import dev.cardinal.udf.metrics.Counter;
import dev.cardinal.udf.metrics.CounterSnapshot;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Everything that was checked and measured. Component names, in snake case, are the keys of {@code doctor --format json}; they are
 * part of its contract.
 *
 * @param master Spark's master, null if Spark does not start
 * @param versions versions of Cardinal and of what it was built with and runs on, by name
 * @param checks every check once, in the order in which checks are reported
 * @param executors all executors
 * @param model null if no model was given or it cannot be read
 * @param input null if no input was given or it cannot be listed
 * @param measurement null if nothing was measured
 * @param bottleneck what the sample waited for most; null if nothing was measured, or too little to identify it
 * @param estimate null if nothing was measured
 */
public record Diagnosis(
        @Nullable String master,
        Map<String, String> versions,
        List<Check> checks,
        List<ExecutorResult> executors,
        @Nullable ModelSummary model,
        @Nullable InputSummary input,
        @Nullable Measurement measurement,
        @Nullable Bottleneck bottleneck,
        @Nullable Estimate estimate) {

    public Diagnosis {
        versions = Collections.unmodifiableMap(new LinkedHashMap<>(versions));
        checks = List.copyOf(checks);
        executors = List.copyOf(executors);
    }

    /** Counts the checks with a result. */
    public long count(CheckResult result) {
        return checks.stream().filter(check -> check.result() == result).count();
    }

    /** Returns whether a check failed. */
    public boolean hasFailed() {
        return count(CheckResult.FAIL) > 0;
    }

    /** Returns the check with a name. */
    public Check check(Check.Name name) {
        return checks.stream().filter(check -> check.name() == name).findFirst().orElseThrow();
    }

    /** What is known about an executor. The values in the groups are null if they are unknown; JSON has them without groups. */
    public record ExecutorResult(
            @JsonUnwrapped Executor executor,
            @JsonUnwrapped Software software,
            @JsonUnwrapped Compute compute,
            @JsonUnwrapped ProcessMemory memory,
            @JsonUnwrapped NativeCache cache,
            @JsonUnwrapped Speed speed) {}

    /** Versions of the software of an executor. */
    public record Software(
            @Nullable String java,
            @Nullable String spark,
            @Nullable String cardinal,
            @Nullable String tensorflow) {}

    /**
     * What an executor computes with.
     *
     * @param processor name of the processor, as the system reports it
     * @param device {@code cpu} or {@code gpu:<number>}
     * @param precision precision that the model would run in
     * @param autoPrecision precision that {@code --precision auto} selects
     */
    public record Compute(
            @Nullable String processor,
            @Nullable String device,
            @Nullable String precision,
            @Nullable String autoPrecision) {}

    /**
     * Memory of an executor.
     *
     * @param heapBytes maximum size of the Java heap
     * @param machineBytes memory of the machine or container
     * @param peakBytes peak memory of the process, with one batch in the model
     */
    public record ProcessMemory(
            @Nullable Long heapBytes,
            @Nullable Long machineBytes,
            @Nullable Long peakBytes) {}

    /**
     * The directory that native libraries are unpacked in.
     *
     * @param nativeCache its path
     * @param nativeCacheFreeBytes free space in it
     */
    public record NativeCache(
            @Nullable String nativeCache, @Nullable Long nativeCacheFreeBytes) {}

    /**
     * How fast an executor is.
     *
     * @param loadSeconds time until the model was loaded and checked
     * @param modelImagesPerSecond rate of the model alone, one batch at a time
     * @param imagesPerSecond rate of all stages together
     */
    public record Speed(
            @Nullable Double loadSeconds,
            @Nullable Double modelImagesPerSecond,
            @Nullable Double imagesPerSecond) {}

    /**
     * A model, as its files describe it.
     *
     * @param id {@code <card id>@<fingerprint>}
     * @param fingerprint identity of the model, 64 lower-case hex digits
     * @param title name of its architecture, or what is known about it
     * @param classes number of classes
     * @param bytes size of its files
     */
    public record ModelSummary(String id, String fingerprint, String title, int classes, long bytes) {}

    /**
     * The images to label.
     *
     * @param images images in all inputs
     * @param bytes encoded size of the images; approximate for formats that do not store the size
     * @param skipped files, directories and members of archives that are not rows
     * @param listingSeconds time that the listing took
     * @param statuses images of the sample by status, without statuses that do not occur
     * @param examples the first images of the sample that are not ok, as path and error
     */
    public record InputSummary(
            long images,
            long bytes,
            long skipped,
            double listingSeconds,
            Map<String, Long> statuses,
            List<String> examples) {
        public InputSummary {
            statuses = Collections.unmodifiableMap(new TreeMap<>(statuses));
            examples = List.copyOf(examples);
        }
    }

    /**
     * How a sample went through all stages.
     *
     * @param images images of the sample
     * @param tasks tasks that shared the sample, all at the same time
     * @param executors executors that the tasks ran on
     * @param imagesPerSecondPerExecutor mean rate of the executors
     * @param batchSize maximum number of images in a batch
     * @param batchFill how full the batches were, 0 to 1
     * @param bytes encoded bytes that were read
     * @param stageSeconds time of each stage, summed over tasks
     * @param closeSeconds mean time from the last row to the end of a task: closing and uploading its file
     * @param commitSeconds time of the job in addition to its slowest executor: starting tasks, closing files, committing
     * @param written where rows were written
     */
    public record Measurement(
            long images,
            int tasks,
            int executors,
            double imagesPerSecondPerExecutor,
            int batchSize,
            double batchFill,
            long bytes,
            StageSeconds stageSeconds,
            double closeSeconds,
            double commitSeconds,
            Written written) {

        /** Describes the measurement in a few words. */
        String text() {
            return Format.count(images, "image") + " in " + Format.count(tasks, "task") + ": "
                    + Format.rate(imagesPerSecondPerExecutor) + " images/s" + (executors == 1 ? "" : " per executor")
                    + (written == Written.NOWHERE
                            ? ", rows not written"
                            : ", rows written to the " + written.id().replace('_', ' '));
        }
    }

    /**
     * Seconds in each stage, summed over tasks.
     *
     * @param waiting time that the model waited for images
     */
    public record StageSeconds(
            double fetch,
            double decode,
            @JsonProperty("wait") double waiting,
            double infer,
            double write) {

        public static StageSeconds of(CounterSnapshot sums) {
            return new StageSeconds(
                    sums.seconds(Counter.FETCH_NANOS),
                    sums.seconds(Counter.DECODE_NANOS),
                    sums.seconds(Counter.WAIT_NANOS),
                    sums.seconds(Counter.INFER_NANOS),
                    sums.seconds(Counter.WRITE_NANOS));
        }
    }

    /** Where rows were written. */
    public enum Written {
        /** Below the output that the user gave. */
        OUTPUT,
        /** To the local disk, in a local run. */
        LOCAL_DISK,
        /** Nowhere: no directory is known that all executors can write to. */
        NOWHERE;

        /** Returns the name as it is printed in JSON. */
        @JsonValue
        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * How long the whole input takes. Compared with runs of 16 to 42 s on one machine, estimates were 0.78 to 1.15 of the actual time
     * (docs/benchmarks.md); they have not been compared with runs of hours or on clusters.
     *
     * @param images images in the input
     * @param executors executors that label them
     * @param imagesPerSecond rate of all executors together
     * @param startSeconds time that is needed only once: loading TensorFlow and the model, the first write
     * @param seconds time from the start of the listing to the last commit
     * @param executorHours sum of the running times of Spark's executors
     * @param gpuHours the same for GPUs, null if none is used
     * @param assumptions what the estimate assumes, a sentence each
     */
    public record Estimate(
            long images,
            int executors,
            double imagesPerSecond,
            double startSeconds,
            double seconds,
            double executorHours,
            @Nullable Double gpuHours,
            List<String> assumptions) {
        private static final double SECONDS_PER_HOUR = 3600;

        public Estimate {
            assumptions = List.copyOf(assumptions);
        }

        /**
         * Computes an estimate.
         *
         * @param startSeconds time that every executor needs only once
         * @param executors executors that will label the input
         * @param imagesPerCommit images in a commit
         * @param gpus whether every executor uses a GPU
         */
        static Estimate of(
                InputSummary input,
                double startSeconds,
                Measurement measured,
                int executors,
                int imagesPerCommit,
                boolean gpus) {
            double rate = measured.imagesPerSecondPerExecutor() * executors;
            double commits = Math.ceil((double) input.images() / imagesPerCommit);
            double seconds =
                    input.listingSeconds() + startSeconds + input.images() / rate + commits * measured.commitSeconds();
            double hours = seconds / SECONDS_PER_HOUR * executors;
            return new Estimate(
                    input.images(),
                    executors,
                    rate,
                    startSeconds,
                    seconds,
                    hours,
                    gpus ? hours : null,
                    assumptions(measured, startSeconds, executors, imagesPerCommit));
        }

        private static List<String> assumptions(
                Measurement measured, double startSeconds, int executors, int imagesPerCommit) {
            String reference = measured.executors() == 1 ? "one" : Integer.toString(measured.executors());
            return List.of(
                    Format.format("every image takes as long as the %,d measured images on average", measured.images()),
                    executors == measured.executors()
                            ? "executors and the store stay as fast, with no other load"
                            : Format.count(executors, "executor") + (executors == 1 ? " is" : " are each")
                                    + " as fast as the " + reference
                                    + " measured, and the store serves each of them as fast",
                    measured.written() == Written.NOWHERE
                            ? "writing takes no time: it was not measured (--output measures it)"
                            : Format.format(
                                    "every commit, of at most %,d images, takes as long as the measured one",
                                    imagesPerCommit),
                    "executors are already running and need " + Format.roughDuration(startSeconds)
                            + " to load TensorFlow and the model and for the first write");
        }

        /** Describes the estimate in a few words. */
        String text() {
            return Format.count(images, "image") + " take " + Format.count(executors, "executor") + " about "
                    + Format.roughDuration(seconds) + " at " + Format.rate(imagesPerSecond) + " images/s"
                    + (gpuHours == null ? "" : ", " + hours(gpuHours, "GPU hour"));
        }

        private static String hours(double hours, String noun) {
            return Format.format(hours < 10 ? "%,.1f %ss" : "%,.0f %ss", hours, noun);
        }
    }
}
