package dev.cardinal.job.label;

import dev.cardinal.udf.DeviceUse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/**
 * What came of a labelling run.
 *
 * @param model the model's {@code <card id>@<fingerprint>}
 * @param labelled rows of this run
 * @param found images in the inputs
 * @param alreadyLabelled those of them that the table held before
 * @param changed those of them whose file has changed since
 * @param skipped files passed over for a name that begins with a dot
 * @param counts rows of this run by status
 * @param examples the first rows of this run that are not ok, by status, as path and error
 * @param seconds wall time from the first task to the last commit
 * @param stageSeconds time by stage, summed over tasks and threads: fetch and decode, which run ahead of the model; wait, in which
 *     the model had no image; infer; write
 * @param bytes encoded bytes read
 * @param batchFill images in the batches that the model was asked about, as a share of what batches of full size hold; null where
 *     it was asked about none
 * @param bottleneck what the run waited for most, empty where nothing was labelled
 * @param commits appends to the table
 * @param devices what executors ran the model on
 * @param unsplit files that one task had to read whole though they are larger than its share, for being in gzip
 * @param rows the rows themselves, only where there is no output
 * @param gateExceeded whether more rows than allowed are not ok
 */
public record LabelResult(
        String model,
        long labelled,
        long found,
        long alreadyLabelled,
        long changed,
        long skipped,
        Map<String, Long> counts,
        Map<String, List<String>> examples,
        double seconds,
        Map<String, Double> stageSeconds,
        long bytes,
        @Nullable Double batchFill,
        Optional<Bottleneck> bottleneck,
        int commits,
        List<DeviceUse> devices,
        List<String> unsplit,
        List<Row> rows,
        boolean gateExceeded) {

    /** Images labelled a second, 0 where there were none. */
    public double imagesPerSecond() {
        return labelled == 0 ? 0 : labelled / seconds;
    }
}
