package dev.cardinal.udf;

import dev.cardinal.udf.shard.ShardFetchers;
import org.apache.hadoop.conf.Configuration;

/** Opens what reads images. Thread-safe; lives in a task on an executor. */
@FunctionalInterface
interface ImageFetchers {

    /** For images that are in memory already. */
    ImageFetchers NONE = container -> {
        throw new IllegalStateException("nothing is to be read from a " + container);
    };

    /**
     * A new fetcher, which has not read anything yet; the caller closes it. That of {@link Container#FILE} may be used by several
     * threads at once, any other reads images in the order of their file.
     */
    ImageFetcher open(Container container);

    /** Those that read from Hadoop's file systems. */
    static ImageFetchers of(Configuration configuration, RecordFields fields) {
        return container -> container == Container.FILE
                ? new HadoopImageFetcher(configuration)
                : ShardFetchers.of(container, configuration, fields);
    }
}
