package dev.cardinal.job.doctor;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an executor has and does; null where it could not be found out.
 *
 * @param executor Spark's id of it, {@code driver} in a local run
 * @param host where it runs
 * @param cores that Spark gives it
 * @param slots tasks that it runs at once
 * @param gpuAddresses of the GPUs that Spark gives it
 * @param java version
 * @param spark version
 * @param cardinal version
 * @param tensorflow version
 * @param processor as it calls itself
 * @param device {@code cpu} or {@code gpu:<number>}
 * @param precision that the model would run in
 * @param autoPrecision that {@code --precision auto} would be
 * @param heapBytes largest size of its Java heap
 * @param machineBytes memory of its machine or container
 * @param peakBytes the most memory that the process has had, with one batch in the model
 * @param nativeCache directory that native libraries are unpacked in
 * @param nativeCacheFreeBytes room that is left there
 * @param loadSeconds until the model was loaded and checked
 * @param modelImagesPerSecond of the model alone, one batch at a time
 * @param imagesPerSecond of all stages together
 */
public record ExecutorDiagnosis(
        String executor,
        String host,
        int cores,
        int slots,
        List<String> gpuAddresses,
        @Nullable String java,
        @Nullable String spark,
        @Nullable String cardinal,
        @Nullable String tensorflow,
        @Nullable String processor,
        @Nullable String device,
        @Nullable String precision,
        @Nullable String autoPrecision,
        @Nullable Long heapBytes,
        @Nullable Long machineBytes,
        @Nullable Long peakBytes,
        @Nullable String nativeCache,
        @Nullable Long nativeCacheFreeBytes,
        @Nullable Double loadSeconds,
        @Nullable Double modelImagesPerSecond,
        @Nullable Double imagesPerSecond) {}
