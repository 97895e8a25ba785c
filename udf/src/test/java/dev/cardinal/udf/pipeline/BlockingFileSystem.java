package dev.cardinal.udf.pipeline;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.slf4j.MDC;

/** The local file system, except that opening a file whose name begins with {@code stuck} blocks forever. */
public final class BlockingFileSystem extends RawLocalFileSystem {
    /** One permit for each read that has been blocked since the process began. */
    static final Semaphore STUCK = new Semaphore(0);

    /** Number of reads that are blocked now. */
    static final AtomicInteger WAITING = new AtomicInteger();

    /** Names in the logs of the tasks that opened files. */
    static final Set<String> TASKS = ConcurrentHashMap.newKeySet();

    /** Returns a configuration in which {@code blocking:/path} is this file system. */
    static Configuration configuration() {
        Configuration configuration = new Configuration();
        configuration.set("fs.blocking.impl", BlockingFileSystem.class.getName());
        return configuration;
    }

    @Override
    public URI getUri() {
        return URI.create("blocking:///");
    }

    @Override
    public FSDataInputStream open(Path path, int bufferSize) throws IOException {
        TASKS.add(String.valueOf(MDC.get("task_name")));
        if (path.getName().startsWith("stuck")) {
            WAITING.incrementAndGet();
            STUCK.release();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException();
            } finally {
                WAITING.decrementAndGet();
            }
        }
        return super.open(path, bufferSize);
    }
}
