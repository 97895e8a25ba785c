package dev.cardinal.job.source;

import dev.cardinal.udf.shard.ShardFormat;
import dev.cardinal.zoo.PublicApi;
import java.util.Optional;

/** Formats of inputs. */
@PublicApi
public enum InputFormat {
    /** By file name: archives, tables, and lists that are inputs themselves (manifests); everything else is an image. */
    AUTO,
    /** Every file is an image. */
    FILES,
    /** Every file is a tar archive of images, plain or compressed. */
    TAR,
    /** Every file is a ZIP archive of images. */
    ZIP,
    /** Every file holds TFRecords of {@code tf.train.Example}, plain or gzip-compressed. */
    TFRECORD,
    /** Every file is a Parquet table with a column of images. */
    PARQUET,
    /** Every file lists images by their URIs. */
    MANIFEST;

    /** Returns whether a file name may mean a file that contains many images. */
    boolean mayBeShard(String name) {
        return shardFormat(name).isPresent() || (isByName() && ShardFormat.mayBeShard(name));
    }

    /** Returns whether each file's format depends on its name. */
    boolean isByName() {
        return this == AUTO || this == MANIFEST;
    }

    /** Returns the format that a file name implies; empty for an image. */
    Optional<ShardFormat> shardFormat(String name) {
        return switch (this) {
            case AUTO, MANIFEST -> ShardFormat.byName(name);
            case FILES -> Optional.empty();
            case TAR -> Optional.of(ShardFormat.TAR);
            case ZIP -> Optional.of(ShardFormat.ZIP);
            case TFRECORD -> Optional.of(ShardFormat.TFRECORD);
            case PARQUET -> Optional.of(ShardFormat.PARQUET);
        };
    }
}
