package dev.cardinal.job;

import java.io.IOException;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;
import org.jspecify.annotations.Nullable;

/**
 * The local disk under the scheme {@code faulty}, which fails for the files that a test names, or refuses every change after a number
 * of them, as for a process that was killed.
 */
public final class FaultyFileSystem extends RawLocalFileSystem {
    public static final String CONFIGURATION_KEY = "fs.faulty.impl";

    private static final Set<String> FAILING = ConcurrentHashMap.newKeySet();
    private static final AtomicInteger CHANGES_LEFT = new AtomicInteger(Integer.MAX_VALUE);

    /** Makes opening files and listing directories of this name fail from now on. */
    public static void fail(String name) {
        FAILING.add(name);
    }

    /** Lets this number of changes pass, and refuses all others. */
    public static void crashAfter(int changes) {
        CHANGES_LEFT.set(changes);
    }

    public static void heal() {
        FAILING.clear();
        CHANGES_LEFT.set(Integer.MAX_VALUE);
    }

    private static void change() throws IOException {
        if (CHANGES_LEFT.getAndUpdate(left -> Math.max(0, left - 1)) == 0) {
            throw new IOException("the process was killed");
        }
    }

    @Override
    public FSDataOutputStream create(
            Path file,
            boolean overwrite,
            int bufferSize,
            short replication,
            long blockSize,
            @Nullable Progressable progress)
            throws IOException {
        change();
        return super.create(file, overwrite, bufferSize, replication, blockSize, progress);
    }

    @Override
    public FSDataOutputStream create(
            Path file,
            FsPermission permission,
            boolean overwrite,
            int bufferSize,
            short replication,
            long blockSize,
            @Nullable Progressable progress)
            throws IOException {
        change();
        return super.create(file, permission, overwrite, bufferSize, replication, blockSize, progress);
    }

    @Override
    public boolean rename(Path source, Path target) throws IOException {
        change();
        return super.rename(source, target);
    }

    @Override
    public boolean delete(Path path, boolean recursive) throws IOException {
        change();
        return super.delete(path, recursive);
    }

    @Override
    public URI getUri() {
        return URI.create("faulty:///");
    }

    @Override
    public String getScheme() {
        return "faulty";
    }

    @Override
    public FSDataInputStream open(Path file, int bufferSize) throws IOException {
        requireUp(file);
        return super.open(file, bufferSize);
    }

    @Override
    public FileStatus[] listStatus(Path directory) throws IOException {
        requireUp(directory);
        return super.listStatus(directory);
    }

    private static void requireUp(Path path) throws IOException {
        if (FAILING.contains(path.getName())) {
            throw new IOException("503 the store is down");
        }
    }
}
