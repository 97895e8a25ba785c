package dev.cardinal.udf;

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

/** The local disk, which never answers for files whose name begins with {@code stuck}. */
public final class BlockingFileSystem extends RawLocalFileSystem {
    /** One permit for each read that is stuck, since the process began. */
    static final Semaphore STUCK = new Semaphore(0);

    /** Reads that are stuck now. */
    static final AtomicInteger WAITING = new AtomicInteger();

    /** What logs call the tasks for which files were opened. */
    static final Set<String> TASKS = ConcurrentHashMap.newKeySet();

    /** Under which {@code blocking:/path} is this file system. */
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
