package dev.cardinal.job.source;

import dev.cardinal.udf.fetch.ImageRef.Problem;
import dev.cardinal.udf.fetch.ImageUris;
import dev.cardinal.udf.fetch.LocalFiles;
import dev.cardinal.udf.fetch.SkipReason;
import dev.cardinal.udf.fs.Retry;
import dev.cardinal.udf.fs.UserPaths;
import dev.cardinal.udf.image.Status;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.AccessDeniedException;
import java.util.ArrayList;
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

/**
 * Looks up the files of a list's entries. Thread-safe; driver and executors.
 *
 * @param directory directory of the list
 * @param include files that are taken
 * @param configuration of the file systems
 * @param retry for failing stores
 */
record ManifestLookup(Path directory, IncludeGlob include, Configuration configuration, Retry retry) {
    private static final int THREADS = 16;
    private static final String FORBIDDEN = "permission denied: ";

    /** Looks up entries, many at a time. */
    List<ListingEntry> all(List<ManifestEntry> entries) throws IOException {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            return all(entries, threads);
        } finally {
            threads.shutdownNow();
        }
    }

    /** Looks up entries on the threads. */
    List<ListingEntry> all(List<ManifestEntry> entries, ExecutorService threads) throws IOException {
        List<Callable<ListingEntry>> lookups = new ArrayList<>();
        for (ManifestEntry entry : entries) {
            lookups.add(() -> of(entry));
        }
        List<ListingEntry> found = new ArrayList<>();
        try {
            for (Future<ListingEntry> each : threads.invokeAll(lookups)) {
                found.add(each.get());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the task was canceled");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
        }
        return found;
    }

    /** Returns whether an entry that was looked up exists, though it may be unreadable. */
    static boolean exists(ListingEntry entry) {
        FileEntry file = entry.file();
        return file == null || file.problem() == null || file.problem().error().startsWith(FORBIDDEN);
    }

    /** Looks up one entry, with the first spelling of its URI that exists. */
    ListingEntry of(ManifestEntry entry) throws IOException {
        ListingEntry first = null;
        for (String uri : ImageUris.spellings(entry.uri())) {
            ListingEntry found = of(entry, uri);
            if (exists(found)) {
                return found;
            }
            first = first == null ? found : first;
        }
        return first == null ? of(entry, entry.uri()) : first;
    }

    private ListingEntry of(ManifestEntry entry, String uri) throws IOException {
        Path path;
        FileSystem fileSystem;
        try {
            path = ImageUris.resolve(directory, uri, configuration);
            if (entry.length() != null && entry.modifiedMillis() != null) {
                FileEntry known = new FileEntry(
                        path.toString(), entry.length(), entry.modifiedMillis(), entry.truth(), null, true);
                return include.takes(path, directory) ? ListingEntry.file(known) : excluded();
            }
            fileSystem = path.getFileSystem(configuration);
            path = fileSystem.makeQualified(path);
        } catch (RuntimeException | UnsupportedFileSystemException e) {
            return unreadable(entry, UserPaths.withoutCredentials(uri), "not a valid path: " + e.getMessage());
        }
        if (!include.takes(path, directory)) {
            return excluded();
        }
        try {
            Path file = path;
            FileStatus status = retry.call("look up " + file, () -> fileSystem.getFileStatus(file));
            String special = LocalFiles.special(fileSystem, path);
            if (special != null) {
                return unreadable(entry, path.toString(), "not a regular file: it is " + special);
            }
            return status.isDirectory()
                    ? unreadable(entry, path.toString(), "is a directory, not a file")
                    : ListingEntry.file(FileEntry.of(status, entry.truth()));
        } catch (FileNotFoundException e) {
            return LocalFiles.isBelowForbidden(fileSystem, path)
                    ? unreadable(entry, path.toString(), FORBIDDEN + "this user may not enter a directory above it")
                    : unreadable(entry, path.toString(), "not found: " + e.getMessage());
        } catch (AccessDeniedException | AccessControlException e) {
            return unreadable(entry, path.toString(), FORBIDDEN + e.getMessage());
        }
    }

    private static ListingEntry excluded() {
        return ListingEntry.skipped(SkipReason.NOT_INCLUDED, 1);
    }

    private static ListingEntry unreadable(ManifestEntry entry, String path, String why) {
        return ListingEntry.file(new FileEntry(path, 0, 0, entry.truth(), new Problem(Status.UNREADABLE, why), false));
    }
}
