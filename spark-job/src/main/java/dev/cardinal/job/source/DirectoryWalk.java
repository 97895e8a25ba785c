package dev.cardinal.job.source;

import dev.cardinal.udf.fetch.ImageRef.Problem;
import dev.cardinal.udf.fetch.Markers;
import dev.cardinal.udf.fetch.SkipReason;
import dev.cardinal.udf.fs.Retry;
import dev.cardinal.udf.image.Status;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Queue;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.security.AccessControlException;
import org.jspecify.annotations.Nullable;

/**
 * Walks a directory tree breadth first. Memory holds the directories that are still to be listed and, for one directory, the
 * names of images to compare with sidecars; never all files.
 *
 * <p>Returns every regular file, whatever its name, except those that {@link SkipReason} names, which it counts. A
 * subdirectory that cannot be listed is one file with a problem; if the input itself cannot be listed, or contains a table of another
 * system, the walk ends with a failure. Runs on the driver or an executor; not thread-safe.
 */
final class DirectoryWalk implements Iterator<ListingEntry> {
    private final FileSystem fileSystem;
    private final @Nullable LocalEntries local;
    private final IncludeGlob include;
    private final SidecarFilter sidecars;
    private final Retry retry;
    private final Path root;
    private final Deque<Path> directories;
    private final Queue<ListingEntry> met = new ArrayDeque<>();
    private final Map<SkipReason, Long> skipped = new EnumMap<>(SkipReason.class);
    private Path directory;
    private @Nullable RemoteIterator<FileStatus> entries;
    private long listed;

    /**
     * @param root the input; globs match paths relative to it
     * @param from directory of the input to start with
     * @throws IOException if the file system does not exist
     */
    DirectoryWalk(Path root, Path from, FileRules rules, Configuration configuration) throws IOException {
        this.fileSystem = from.getFileSystem(configuration);
        this.local = fileSystem instanceof LocalFileSystem files ? new LocalEntries(files) : null;
        this.include = new IncludeGlob(rules.include());
        this.sidecars = new SidecarFilter(rules.sidecars());
        this.retry = Retry.of(configuration);
        this.root = root;
        this.directory = from;
        this.directories = new ArrayDeque<>(List.of(from));
    }

    /** Returns the directory that is being listed. */
    Path directory() {
        return directory;
    }

    /** Returns whether the directory is not completely listed yet. If it is, some of its entries may still be waiting. */
    boolean isListing() {
        return entries != null;
    }

    /** Returns the directories that were found but not completely listed. */
    List<Path> pending() {
        List<Path> pending = new ArrayList<>(directories);
        if (entries != null) {
            pending.add(0, directory);
        }
        return pending;
    }

    @Override
    public boolean hasNext() {
        try {
            while (met.isEmpty() && (entries != null || !directories.isEmpty())) {
                advance();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + directory, e);
        }
        return !met.isEmpty();
    }

    @Override
    public ListingEntry next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return met.remove();
    }

    private void advance() throws IOException {
        if (entries == null) {
            begin(directories.remove());
            return;
        }
        if (entries.hasNext()) {
            listed++;
            meet(entries.next());
            return;
        }
        entries = null;
        if (local != null) {
            local.unlisted(directory, listed).forEach(this::skip);
        }
        if (sidecars.isWaiting()) {
            noteImagesElsewhere();
        }
        met.addAll(sidecars.end(file -> met.add(ListingEntry.file(file))));
        skipped.forEach((reason, count) -> met.add(ListingEntry.skipped(reason, count)));
        skipped.clear();
    }

    /** Lists the directory of the images whose annotations are in the current directory, if there is one. */
    private void noteImagesElsewhere() throws IOException {
        for (Path images : SidecarFilter.siblings(directory, root)) {
            try {
                RemoteIterator<FileStatus> files =
                        retry.call("list " + images, () -> fileSystem.listStatusIterator(images));
                while (files.hasNext()) {
                    sidecars.imageElsewhere(directory, files.next().getPath().getName());
                }
            } catch (FileNotFoundException | AccessControlException | AccessDeniedException e) {
                // There are no images, or they will be a row of their own.
            }
        }
    }

    private void begin(Path next) throws IOException {
        directory = next;
        listed = 0;
        if (local != null && !local.isFirstVisit(directory)) {
            met.add(ListingEntry.skipped(SkipReason.LINK, 1));
            return;
        }
        try {
            entries = list();
        } catch (AccessControlException | AccessDeniedException | FileNotFoundException e) {
            fail(e);
        } catch (IOException e) {
            if (local == null) {
                throw e;
            }
            fail(e);
        }
    }

    /**
     * Starts to list the directory. Retries if a store fails temporarily; the local disk is not retried. A failure in the middle of
     * a directory fails the task, and the next attempt lists it from the start, because entries may have moved in between.
     */
    private RemoteIterator<FileStatus> list() throws IOException {
        return local != null
                ? fileSystem.listStatusIterator(directory)
                : retry.call("list " + directory, () -> fileSystem.listStatusIterator(directory));
    }

    private void fail(IOException e) {
        String reason = e instanceof AccessControlException || e instanceof AccessDeniedException
                ? "permission denied: " + e.getMessage()
                : String.valueOf(e.getMessage());
        if (directory.equals(root)) {
            fail("input directory " + directory + " cannot be listed: " + reason);
        } else {
            Problem problem = new Problem(Status.UNREADABLE, "this directory cannot be listed: " + reason);
            met.add(ListingEntry.file(new FileEntry(directory.toString(), 0, 0, null, problem, false)));
        }
    }

    private void fail(String failure) {
        directories.clear();
        entries = null;
        met.add(ListingEntry.failure(failure));
    }

    private void meet(FileStatus entry) {
        Path path = entry.getPath();
        String table = ForeignTable.within(entry);
        SkipReason reason = table == null ? reason(entry) : null;
        if (table != null) {
            fail(table);
        } else if (reason != null) {
            skip(reason, 1);
        } else if (entry.isDirectory()) {
            directories.add(path);
            sidecars.directory(path);
        } else if (!include.takes(path, root)) {
            skip(SkipReason.NOT_INCLUDED, 1);
        } else {
            sidecars.file(FileEntry.of(entry, null), file -> met.add(ListingEntry.file(file)));
        }
    }

    private @Nullable SkipReason reason(FileStatus entry) {
        String name = entry.getPath().getName();
        if (name.startsWith(".")) {
            return SkipReason.HIDDEN;
        }
        if (Markers.isMarker(name)) {
            return SkipReason.MARKER;
        }
        return local != null && local.isSpecial(entry) ? SkipReason.SPECIAL : null;
    }

    private void skip(SkipReason reason, long count) {
        skipped.merge(reason, count, Long::sum);
    }
}
