package dev.cardinal.job.label;

import dev.cardinal.zoo.PublicApi;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;

/**
 * The result of a labeling run.
 *
 * @param model the model's {@code <card id>@<fingerprint>}
 * @param inputs what was found in the inputs
 * @param counts number of rows of this run by status
 * @param replaced number of rows that this run replaced, by their former status
 * @param examples the first rows of this run that are not ok, by status, as path and error
 * @param seconds wall time from the first task to the last commit
 * @param statistics measurements of the run
 * @param unsplit gzip files too large for one task's share, which still had to be read by a single task
 * @param rows the rows themselves, only without an output
 * @param gateExceeded whether more rows than allowed are not ok
 */
@PublicApi
public record LabelResult(
        String model,
        InputCounts inputs,
        Map<String, Long> counts,
        Map<String, Long> replaced,
        Map<String, List<String>> examples,
        double seconds,
        RunStatistics statistics,
        List<String> unsplit,
        List<Row> rows,
        boolean gateExceeded) {

    /**
     * Numbers of images in the inputs.
     *
     * @param found number of images in the inputs
     * @param alreadyLabeled number of those that had a row before the run
     * @param changed number of those whose file has changed since
     * @param skipped number of files, directories and members of archives that were skipped
     */
    public record InputCounts(long found, long alreadyLabeled, long changed, long skipped) {}

    /** Returns the number of rows of this run. */
    public long labeled() {
        return RunRecord.images(counts);
    }

    /** Returns the number of images labeled per second, 0 if none were labeled. */
    public double imagesPerSecond() {
        return labeled() == 0 ? 0 : labeled() / seconds;
    }

    /** Returns the same result with the gate exceeded, by rows of this run and of earlier ones that were not published. */
    LabelResult withGateExceeded() {
        return new LabelResult(model, inputs, counts, replaced, examples, seconds, statistics, unsplit, rows, true);
    }
}
