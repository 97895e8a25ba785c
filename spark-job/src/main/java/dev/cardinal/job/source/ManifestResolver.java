package dev.cardinal.job.source;

import dev.cardinal.udf.fs.Retry;
import dev.cardinal.udf.task.TaskResources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;
import org.jspecify.annotations.Nullable;

/**
 * Looks up the files of a manifest's entries, many at a time to hide the latency of stores. An entry that does not exist, is
 * forbidden, is a directory or is not a valid path becomes a file with a problem. Serialized with tasks.
 */
final class ManifestResolver implements FlatMapFunction<Iterator<ManifestEntry>, ListingEntry> {
    private static final long serialVersionUID = 1L;
    private static final int THREADS = 16;
    private static final int AT_ONCE = 512;

    private final String directory;
    private final @Nullable String include;
    private final Broadcast<SerializableConfiguration> configuration;

    /**
     * @param directory directory of the manifest
     * @param include as {@link SourceSpec#include}; a glob with a slash matches paths relative to the manifest's directory
     */
    ManifestResolver(String directory, @Nullable String include, Broadcast<SerializableConfiguration> configuration) {
        this.directory = directory;
        this.include = include;
        this.configuration = configuration;
    }

    @Override
    public Iterator<ListingEntry> call(Iterator<ManifestEntry> entries) {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        TaskResources.closeWithTask(TaskContext.get(), threads::shutdownNow);
        Configuration conf = configuration.value().value();
        ManifestLookup lookup = new ManifestLookup(new Path(directory), new IncludeGlob(include), conf, Retry.of(conf));
        return new Iterator<>() {
            private Iterator<ListingEntry> found = List.<ListingEntry>of().iterator();

            @Override
            public boolean hasNext() {
                while (!found.hasNext() && entries.hasNext()) {
                    found = lookUp(entries, threads, lookup);
                }
                return found.hasNext();
            }

            @Override
            public ListingEntry next() {
                return found.next();
            }
        };
    }

    private static Iterator<ListingEntry> lookUp(
            Iterator<ManifestEntry> entries, ExecutorService threads, ManifestLookup lookup) {
        List<ManifestEntry> next = new ArrayList<>();
        while (next.size() < AT_ONCE && entries.hasNext()) {
            next.add(entries.next());
        }
        try {
            return lookup.all(next, threads).iterator();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot look up an entry of a list", e);
        }
    }
}
