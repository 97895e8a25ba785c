package dev.cardinal.job.source;

import dev.cardinal.job.UserPath;
import dev.cardinal.udf.ImageRef.Problem;
import dev.cardinal.udf.TaskResources;
import dev.cardinal.udf.image.Status;
import dev.cardinal.udf.store.Retry;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import org.apache.hadoop.security.AccessControlException;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;
import org.jspecify.annotations.Nullable;

/**
 * Looks the entries of a manifest up, many at a time since a store takes its time to answer. An entry that is gone, forbidden, a
 * directory or no path is a file with a problem. Serialized with tasks.
 */
final class EntryFiles implements FlatMapFunction<Iterator<ManifestEntry>, Listed> {
    private static final long serialVersionUID = 1L;
    private static final int THREADS = 16;
    private static final int AT_ONCE = 512;

    private final String directory;
    private final @Nullable String include;
    private final Broadcast<SerializableConfiguration> configuration;

    /**
     * @param directory of the manifest
     * @param include as {@link SourceSpec#include}; with a slash it matches paths below the manifest's directory
     */
    EntryFiles(String directory, @Nullable String include, Broadcast<SerializableConfiguration> configuration) {
        this.directory = directory;
        this.include = include;
        this.configuration = configuration;
    }

    @Override
    public Iterator<Listed> call(Iterator<ManifestEntry> entries) {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        TaskResources.closeWithTask(TaskContext.get(), threads::shutdownNow);
        Configuration conf = configuration.value().value();
        Lookup lookup = new Lookup(new Path(directory), new IncludeGlob(include), conf, Retry.of(conf));
        return new Iterator<>() {
            private Iterator<Listed> found = List.<Listed>of().iterator();

            @Override
            public boolean hasNext() {
                while (!found.hasNext() && entries.hasNext()) {
                    found = lookUp(entries, threads, lookup);
                }
                return found.hasNext();
            }

            @Override
            public Listed next() {
                return found.next();
            }
        };
    }

    private static Iterator<Listed> lookUp(Iterator<ManifestEntry> entries, ExecutorService threads, Lookup lookup) {
        List<Callable<@Nullable Listed>> lookups = new ArrayList<>();
        while (lookups.size() < AT_ONCE && entries.hasNext()) {
            ManifestEntry entry = entries.next();
            lookups.add(() -> lookup.of(entry));
        }
        List<Listed> found = new ArrayList<>();
        try {
            for (Future<@Nullable Listed> each : threads.invokeAll(lookups)) {
                Listed listed = each.get();
                if (listed != null) {
                    found.add(listed);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new java.io.InterruptedIOException("the task was cancelled"));
        } catch (ExecutionException e) {
            throw new UncheckedIOException(
                    "cannot look up an entry of a manifest",
                    e.getCause() instanceof IOException io ? io : new IOException(e.getCause()));
        }
        return found.iterator();
    }

    /** Looks one entry up. Thread-safe. */
    private record Lookup(Path directory, IncludeGlob include, Configuration configuration, Retry retry) {

        @Nullable
        Listed of(ManifestEntry entry) throws IOException {
            Path path;
            FileSystem fileSystem;
            try {
                path = resolve(entry.uri());
                if (entry.length() != null && entry.modifiedMillis() != null) {
                    FileEntry known = new FileEntry(
                            path.toString(), entry.length(), entry.modifiedMillis(), entry.truth(), null, true);
                    return include.takes(path, directory) ? Listed.file(known) : null;
                }
                fileSystem = path.getFileSystem(configuration);
                path = fileSystem.makeQualified(path);
            } catch (RuntimeException | UnsupportedFileSystemException e) {
                return unreadable(entry, UserPath.withoutCredentials(entry.uri()), "no path: " + e.getMessage());
            }
            if (!include.takes(path, directory)) {
                return null;
            }
            try {
                Path file = path;
                FileStatus status = retry.call("look up " + file, () -> fileSystem.getFileStatus(file));
                return status.isDirectory()
                        ? unreadable(entry, path.toString(), "a directory, not a file")
                        : Listed.file(FileEntry.of(status, entry.truth()));
            } catch (FileNotFoundException e) {
                return unreadable(entry, path.toString(), "gone: " + e.getMessage());
            } catch (AccessDeniedException | AccessControlException e) {
                return unreadable(entry, path.toString(), "not permitted: " + e.getMessage());
            }
        }

        private Path resolve(String uri) {
            boolean isS3 = uri.startsWith("s3://") && configuration.get("fs.s3.impl") == null;
            return new Path(directory, UserPath.of("manifest entry", isS3 ? "s3a" + uri.substring(2) : uri));
        }

        private static Listed unreadable(ManifestEntry entry, String path, String why) {
            return Listed.file(new FileEntry(path, 0, 0, entry.truth(), new Problem(Status.UNREADABLE, why), false));
        }
    }
}
