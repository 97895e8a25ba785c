package dev.cardinal.job.export;

import dev.cardinal.zoo.PublicApi;
import java.util.List;

/**
 * The result of an export.
 *
 * @param samples number of samples in all shards
 * @param shards number of shards
 * @param reused number of these shards that an earlier run had written
 * @param bytes size of all shards and of the images next to them
 * @param missing number of samples whose image could not be read
 * @param examples at most three missing images, each with the reason
 * @param gateExceeded whether more samples are missing than {@code --max-missing} allows
 * @param seconds duration
 */
@PublicApi
public record ExportResult(
        long samples,
        int shards,
        int reused,
        long bytes,
        long missing,
        List<String> examples,
        boolean gateExceeded,
        double seconds) {

    public ExportResult {
        examples = List.copyOf(examples);
    }
}
