package dev.cardinal.job.doctor;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How long a whole input takes. Beside runs of 16 to 42 s on one machine it was from 0.78 to 1.15 of what they took
 * (spark-job/src/test/benchmarks/README.md); beside runs of hours and on clusters it has not been held to any.
 *
 * @param images that there are
 * @param executors that are to label them
 * @param imagesPerSecond of all of them together
 * @param startSeconds of those that come but once: loading TensorFlow and the model, the first write
 * @param seconds from the start of the listing to the last commit
 * @param executorHours that Spark's executors run in sum
 * @param gpuHours the same of GPUs, null where none is used
 * @param assumptions what this takes for granted, a sentence each
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
     * Estimates.
     *
     * @param input what there is to label
     * @param startSeconds of what comes but once in every executor
     * @param measured how a sample went
     * @param executors that are to label it
     * @param imagesPerCommit images that are committed at once
     * @param gpus whether executors use a GPU each
     */
    static Estimate of(
            InputSummary input,
            double startSeconds,
            Measurement measured,
            int executors,
            int imagesPerCommit,
            boolean gpus) {
        double rate = measured.imagesPerSecondOfExecutor() * executors;
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
                assumptions(measured, startSeconds, executors));
    }

    private static List<String> assumptions(Measurement measured, double startSeconds, int executors) {
        boolean isOne = measured.executors() == 1;
        return List.of(
                String.format(
                        Locale.ROOT,
                        "every image takes as long as the %,d that were measured, on average",
                        measured.images()),
                executors == measured.executors()
                        ? "executors and the store stay as fast, with nothing beside them"
                        : Texts.count(executors, "executor") + " are each as fast as the "
                                + (isOne ? "one" : Integer.toString(measured.executors()))
                                + " measured, and the store gives them as much each",
                measured.written() == Measurement.Written.NOWHERE
                        ? "writing takes no time: it was not measured (--output measures it)"
                        : "every commit, of 100,000 images at most, takes as long as the one that was measured",
                "executors are there, and take " + Texts.time(startSeconds)
                        + " to load TensorFlow and the model and to write for the first time");
    }

    /** In a few words. */
    String text() {
        return Texts.count(images, "image") + " take " + Texts.count(executors, "executor") + " about "
                + Texts.time(seconds) + " at " + Texts.rate(imagesPerSecond)
                + (gpuHours == null ? "" : ", " + hours(gpuHours, "GPU hour"));
    }

    private static String hours(double hours, String noun) {
        return String.format(Locale.ROOT, hours < 10 ? "%,.1f %ss" : "%,.0f %ss", hours, noun);
    }
}
