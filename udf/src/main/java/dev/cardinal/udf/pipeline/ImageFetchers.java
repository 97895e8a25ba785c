package dev.cardinal.udf.pipeline;

import dev.cardinal.udf.fetch.HadoopImageFetcher;
import dev.cardinal.udf.fetch.ImageContainer;
import dev.cardinal.udf.fetch.ImageFetcher;
import dev.cardinal.udf.fetch.RecordFields;
import dev.cardinal.udf.shard.ShardFetchers;
import org.apache.hadoop.conf.Configuration;

/** Opens image fetchers. Thread-safe; lives in a task on an executor. */
@FunctionalInterface
interface ImageFetchers {

    /** For images that are in memory already: opens nothing. */
    ImageFetchers NONE = container -> {
        throw new IllegalStateException("images in memory cannot be read from a " + container);
    };

    /**
     * Returns a new fetcher; the caller closes it. Several threads may share a fetcher for {@link ImageContainer#FILE}; any other
     * fetcher reads images in the order of their file.
     */
    ImageFetcher open(ImageContainer container);

    /** Returns fetchers that read from Hadoop's file systems. */
    static ImageFetchers of(Configuration configuration, RecordFields fields) {
        return container -> container == ImageContainer.FILE
                ? new HadoopImageFetcher(configuration, fields)
                : ShardFetchers.of(container, configuration, fields);
    }
}
