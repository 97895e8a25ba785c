package dev.cardinal.udf.shard;

import dev.cardinal.udf.fetch.RecordFields;
import dev.cardinal.udf.image.Status;
import org.apache.hadoop.conf.Configuration;

/** Lists the images of Parquet files from their footers. */
final class ParquetIndex implements ShardIndex {
    private final Configuration configuration;
    private final RecordFields fields;

    ParquetIndex(Configuration configuration, RecordFields fields) {
        this.configuration = configuration;
        this.fields = fields;
    }

    @Override
    public ImageIterator images(ShardFile file) {
        return file.length() == 0
                ? new SingleProblemIterator(file.problem(Status.EMPTY, "no bytes"))
                : new ParquetImages(file, configuration, fields);
    }
}
