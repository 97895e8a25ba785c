package dev.cardinal.udf;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
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

    @Override
    public FSDataInputStream open(Path path, int bufferSize) throws IOException {
        IOException failure = FAILURES.poll();
        if (failure != null) {
            throw failure;
        }
        return super.open(path, bufferSize);
    }
}
