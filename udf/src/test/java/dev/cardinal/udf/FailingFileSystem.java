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

/** The local disk, which fails as a test says before it opens a file. */
public final class FailingFileSystem extends RawLocalFileSystem {
    static final Deque<IOException> FAILURES = new ArrayDeque<>();

    /** Under which {@code failing:/path} is this file system. */
    static Configuration configuration() {
        Configuration configuration = new Configuration();
        configuration.set("fs.failing.impl", FailingFileSystem.class.getName());
        return configuration;
    }

    @Override
    public URI getUri() {
        return URI.create("failing:///");
    }

    /** Without the permissions, which the local disk's file system has of {@code file:} paths only. */
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
