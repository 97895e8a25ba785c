package dev.cardinal.job.label;

import dev.cardinal.udf.DeviceUse;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;

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
 * @param stageSeconds task time by stage: fetch, decode, wait, infer, write
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
