package dev.cardinal.udf;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/** The local file system, except that opening a file throws the next queued failure. */
public final class FailingFileSystem extends RawLocalFileSystem {
    public static final Deque<IOException> FAILURES = new ArrayDeque<>();

    /** Returns a configuration in which {@code failing:/path} is this file system. */
    public static Configuration configuration() {
        Configuration configuration = new Configuration();
        configuration.set("fs.failing.impl", FailingFileSystem.class.getName());
        return configuration;
    }

    @Override
    public URI getUri() {
        return URI.create("failing:///");
    }

    /** Lists without permissions, which the local file system returns only for {@code file:} paths. */
    @Override
    public FileStatus[] listStatus(Path path) throws IOException {
        return Arrays.stream(super.listStatus(path))
                .map(status -> new FileStatus(
                        status.getLen(), status.isDirectory(), 1, 1, status.getModificationTime(), status.getPath()))
                .toArray(FileStatus[]::new);
    }

    @Override
    public FSDataInputStream open(Path path, int bufferSize) throws IOException {
        IOException failure = FAILURES.poll();
        if (failure != null) {
            throw failure;
        }
        return super.open(path, bufferSize);
    }
}
