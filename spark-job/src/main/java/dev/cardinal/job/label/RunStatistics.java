package dev.cardinal.job.label;

import dev.cardinal.udf.device.DeviceUse;
import dev.cardinal.zoo.PublicApi;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Measurements of a labeling run.
 *
 * @param stageSeconds time by stage, summed over tasks and threads: fetch and decode, which run ahead of the model; wait, in which
 *     the model had no image; infer; write
 * @param bytes encoded bytes read
 * @param batchFill images in the model's batches, as a share of the capacity of full batches, 0 to 1, to three digits; null if no
 *     image reached the model
 * @param bottleneck the stage that the run waited for most, null if nothing was labeled
 * @param commits number of appends to the table
 * @param devices devices that executors ran the model on
 */
@PublicApi
public record RunStatistics(
        Map<String, Double> stageSeconds,
        long bytes,
        @Nullable Double batchFill,
        @Nullable Bottleneck bottleneck,
        int commits,
        List<DeviceUse> devices) {}
