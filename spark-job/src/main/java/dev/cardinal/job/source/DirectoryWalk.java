package dev.cardinal.job.source;

import dev.cardinal.udf.store.Retry;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
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
 * What lies below a directory, met one after the other, breadth first; holds directories that are still to be listed and never
 * the files.
 *
 * <p>Every regular file is met, whatever it is called; names that begin with a dot are passed over. A directory that cannot be
 * listed ends the walk with a failure. Lives on driver or executor; not thread-safe.
 */
final class DirectoryWalk implements Iterator<Listed> {
    private final FileSystem fileSystem;
    private final @Nullable LocalEntries local;
    private final IncludeGlob include;
    private final Retry retry;
    private final Path root;
    private final Deque<Path> directories;
    private final Queue<Listed> met = new ArrayDeque<>();
    private Path directory;
    private @Nullable RemoteIterator<FileStatus> entries;
    private long listed;

    /**
     * @param root the input, which the glob's paths are relative to
     * @param from directory of the input to begin with
     * @throws IOException if there is no such file system
     */
    DirectoryWalk(Path root, Path from, IncludeGlob include, Configuration configuration) throws IOException {
        this.fileSystem = from.getFileSystem(configuration);
        this.local = fileSystem instanceof LocalFileSystem files ? new LocalEntries(files) : null;
        this.include = include;
        this.retry = Retry.of(configuration);
        this.root = root;
        this.directory = from;
        this.directories = new ArrayDeque<>(List.of(from));
    }

    /** The directory whose entries are being met. */
    Path directory() {
        return directory;
    }

    /** Directories that are met and not wholly listed. */
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
    public Listed next() {
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
        long unlisted = local == null ? 0 : local.unlisted(directory, listed);
        if (unlisted > 0) {
            met.add(Listed.skipped(unlisted));
        }
    }

    private void begin(Path next) throws IOException {
        directory = next;
        listed = 0;
        if (local != null && !local.isFirstVisit(directory)) {
            met.add(Listed.skipped(1));
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
     * Begins to list the directory, again where a store fails for a moment; the local disk is asked once. What fails in the middle
     * of a directory fails the task, which begins anew: entries may have moved in the meantime.
     */
    private RemoteIterator<FileStatus> list() throws IOException {
        return local != null
                ? fileSystem.listStatusIterator(directory)
                : retry.call("list " + directory, () -> fileSystem.listStatusIterator(directory));
    }

    private void fail(IOException e) {
        directories.clear();
        met.add(Listed.failure("input directory " + directory + " cannot be listed: " + e.getMessage()));
    }

    private void meet(FileStatus entry) {
        if (entry.getPath().getName().startsWith(".") || (local != null && !local.isImageOrDirectory(entry))) {
            met.add(Listed.skipped(1));
        } else if (entry.isDirectory()) {
            directories.add(entry.getPath());
        } else if (include.takes(entry.getPath(), root)) {
            met.add(Listed.file(FileEntry.of(entry, null)));
        }
    }
}
