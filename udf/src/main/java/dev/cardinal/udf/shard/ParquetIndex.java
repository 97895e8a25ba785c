package dev.cardinal.udf.shard;

import dev.cardinal.udf.RecordFields;
import dev.cardinal.udf.image.Status;
import org.apache.hadoop.conf.Configuration;

/** Lists Parquet files from their footers. */
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
                ? new OneProblem(file.problem(Status.EMPTY, "no bytes"))
                : new ParquetImages(file, configuration, fields);
    }
}
