package dev.cardinal.job.source;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;
import org.apache.hadoop.util.functional.RemoteIterators;

/**
 * A store that exists only as a listing: {@code sim://DIRECTORIESxFILES/} has this number of directories with this number of files
 * each, of 100,000 bytes.
 */
public final class SimulatedFileSystem extends FileSystem {
    /** Where Hadoop finds it. */
    public static final String CONFIGURATION_KEY = "fs.sim.impl";

    private static final AtomicLong DIRECTORIES_LISTED = new AtomicLong();

    private URI uri = URI.create("sim:///");
    private int directories;
    private int files;

    /** Directories listed in this process so far. */
    public static long directoriesListed() {
        return DIRECTORIES_LISTED.get();
    }

    @Override
    public void initialize(URI name, Configuration conf) throws IOException {
        super.initialize(name, conf);
        uri = URI.create("sim://" + name.getAuthority());
        int[] sizes = Arrays.stream(name.getAuthority().split("x", -1))
                .mapToInt(Integer::parseInt)
                .toArray();
        directories = sizes[0];
        files = sizes[1];
        setConf(conf);
    }

    @Override
    public String getScheme() {
        return "sim";
    }

    @Override
    public URI getUri() {
        return uri;
    }

    @Override
    public FileStatus getFileStatus(Path path) throws IOException {
        if (path.depth() > 1) {
            throw new FileNotFoundException(path.toString());
        }
        return directory(path);
    }

    @Override
    public RemoteIterator<FileStatus> listStatusIterator(Path path) {
        DIRECTORIES_LISTED.incrementAndGet();
        Path qualified = makeQualified(path);
        boolean isRoot = qualified.isRoot();
        return new RemoteIterator<>() {
            private int next;

            @Override
            public boolean hasNext() {
                return next < (isRoot ? directories : files);
            }

            @Override
            public FileStatus next() {
                int number = next++;
                return isRoot
                        ? directory(new Path(qualified, String.format(Locale.ROOT, "d%06d", number)))
                        : file(new Path(qualified, String.format(Locale.ROOT, "image-%08d.jpg", number)));
            }
        };
    }

    private FileStatus directory(Path path) {
        return new FileStatus(0, true, 1, 1, 0, makeQualified(path));
    }

    private static FileStatus file(Path path) {
        return new FileStatus(100_000, false, 1, 1 << 27, 1_700_000_000_000L, path);
    }

    @Override
    public FileStatus[] listStatus(Path path) throws IOException {
        return RemoteIterators.toArray(listStatusIterator(path), new FileStatus[0]);
    }

    @Override
    public FSDataInputStream open(Path path, int bufferSize) {
        throw new UnsupportedOperationException("a listing has no content");
    }

    @Override
    public FSDataOutputStream create(
            Path path,
            FsPermission permission,
            boolean overwrite,
            int bufferSize,
            short replication,
            long blockSize,
            Progressable progress) {
        throw new UnsupportedOperationException("a listing has no content");
    }

    @Override
    public FSDataOutputStream append(Path path, int bufferSize, Progressable progress) {
        throw new UnsupportedOperationException("a listing has no content");
    }

    @Override
    public boolean rename(Path source, Path target) {
        throw new UnsupportedOperationException("a listing has no content");
    }

    @Override
    public boolean delete(Path path, boolean recursive) {
        throw new UnsupportedOperationException("a listing has no content");
    }

    @Override
    public void setWorkingDirectory(Path directory) {}

    @Override
    public Path getWorkingDirectory() {
        return new Path(uri.toString() + "/");
    }

    @Override
    public boolean mkdirs(Path path, FsPermission permission) {
        throw new UnsupportedOperationException("a listing has no content");
    }
}
