package dev.cardinal.job.source;

import dev.cardinal.udf.shard.ShardFormat;
import java.util.Optional;

/** How inputs are read. */
public enum InputFormat {
    /** Each file by its name: archives and tables as what they are, a list given as an input as a manifest, all else as images. */
    AUTO,
    /** Every file is an image. */
    FILES,
    /** Every file is a tar archive of images, plain or in gzip. */
    TAR,
    /** Every file holds TFRecords of {@code tf.train.Example}, plain or in gzip. */
    TFRECORD,
    /** Every file is a Parquet table with a column of images. */
    PARQUET,
    /** Every file lists images by their URIs. */
    MANIFEST;

    /** What a file of this name is read as; empty for an image. */
    Optional<ShardFormat> shardFormat(String name) {
        return switch (this) {
            case AUTO, MANIFEST -> ShardFormat.byName(name);
            case FILES -> Optional.empty();
            case TAR -> Optional.of(ShardFormat.TAR);
            case TFRECORD -> Optional.of(ShardFormat.TFRECORD);
            case PARQUET -> Optional.of(ShardFormat.PARQUET);
        };
    }
}
