package dev.cardinal.udf;

import dev.cardinal.udf.shard.ShardFetchers;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.jspecify.annotations.Nullable;

/** Reads images from whatever holds them, with a fetcher of its own for each kind of container, and closes these. */
final class ContainerFetcher implements ImageFetcher {
    private final Configuration configuration;
    private final RecordFields fields;
    private final Map<Container, ImageFetcher> fetchers = new EnumMap<>(Container.class);

    ContainerFetcher(Configuration configuration, RecordFields fields) {
        this.configuration = configuration;
        this.fields = fields;
    }

    @Override
    public Fetched fetch(ImageRef image, int limit) throws IOException {
        return fetchers.computeIfAbsent(image.location().container(), this::fetcher)
                .fetch(image, limit);
    }

    private ImageFetcher fetcher(Container container) {
        return container == Container.FILE
                ? new HadoopImageFetcher(configuration)
                : ShardFetchers.of(container, configuration, fields);
    }

    @Override
    public void close() throws IOException {
        IOException failure = null;
        for (ImageFetcher fetcher : fetchers.values()) {
            failure = closed(fetcher, failure);
        }
        if (failure != null) {
            throw failure;
        }
    }

    private static @Nullable IOException closed(ImageFetcher fetcher, @Nullable IOException earlier) {
        try {
            fetcher.close();
            return earlier;
        } catch (IOException e) {
            if (earlier == null) {
                return e;
            }
            earlier.addSuppressed(e);
            return earlier;
        }
    }
}
