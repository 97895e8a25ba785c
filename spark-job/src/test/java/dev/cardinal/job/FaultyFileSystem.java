package dev.cardinal.job;

import java.io.IOException;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/** The local disk under the scheme {@code faulty}, like a store that fails for the files that a test names. */
public final class FaultyFileSystem extends RawLocalFileSystem {
    public static final String CONFIGURATION_KEY = "fs.faulty.impl";

    private static final Set<String> FAILING = ConcurrentHashMap.newKeySet();

    /** From now on, opening a file of this name fails, and listing a directory of it. */
    public static void fail(String name) {
        FAILING.add(name);
    }

    public static void heal() {
        FAILING.clear();
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
