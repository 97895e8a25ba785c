package dev.cardinal.udf.pipeline;

import dev.cardinal.udf.fetch.ImageContainer;
import dev.cardinal.udf.fetch.ImageFetcher;
import dev.cardinal.udf.fetch.ImageRef.Location;
import dev.cardinal.udf.task.TaskThreads;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a task's reads ahead of the model. Files are read in parallel with one shared fetcher. The images of a shard are read one
 * after another with a fetcher of its own; several shards are read in parallel.
 *
 * <p>The task closes it; that interrupts its threads, waits for them to end and closes its fetchers. One thread submits reads, in
 * the order of the images; they must not throw. Lives on an executor.
 */
final class FetchAhead implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FetchAhead.class);

    private final ImageFetchers fetchers;
    private final Queue<Thread> started = new ConcurrentLinkedQueue<>();
    private final ThreadPoolExecutor threads;
    private final Set<ImageFetcher> open = ConcurrentHashMap.newKeySet();
    private @Nullable ImageFetcher files;
    private @Nullable Lane lane;

    /**
     * @param reads maximum number of reads at a time
     * @param task name of the task, part of the threads' names
     */
    FetchAhead(ImageFetchers fetchers, int reads, String task) {
        this.fetchers = fetchers;
        this.threads = new ThreadPoolExecutor(reads, reads, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), work -> {
            Thread thread = TaskThreads.ofTask("cardinal-fetch-" + task, work);
            started.add(thread);
            return thread;
        });
    }

    /** Submits a read from a location. */
    void submit(Location from, Consumer<ImageFetcher> read) {
        if (from.container() == ImageContainer.FILE) {
            ImageFetcher shared = files();
            threads.execute(() -> read.accept(shared));
        } else {
            lane(from).add(read);
        }
    }

    /** Ends the input: no read follows. */
    void end() {
        if (lane != null) {
            lane.end();
            lane = null;
        }
    }

    private ImageFetcher files() {
        if (files == null) {
            files = open(ImageContainer.FILE);
        }
        return files;
    }

    private Lane lane(Location from) {
        Lane current = lane;
        if (current == null || !current.holds(from)) {
            end();
            current = new Lane(from, open(from.container()));
            lane = current;
        }
        return current;
    }

    private ImageFetcher open(ImageContainer container) {
        ImageFetcher fetcher = fetchers.open(container);
        open.add(fetcher);
        return fetcher;
    }

    private void close(ImageFetcher fetcher) {
        if (open.remove(fetcher)) {
            try {
                fetcher.close();
            } catch (IOException e) {
                LOG.warn("cannot close a file that was read: {}", e.toString());
            }
        }
    }

    /** The reads of one shard, run one at a time. */
    private final class Lane {
        private final Location shard;
        private final ImageFetcher fetcher;
        private final Queue<Consumer<ImageFetcher>> reads = new ArrayDeque<>();
        private boolean running;
        private boolean ended;

        Lane(Location shard, ImageFetcher fetcher) {
            this.shard = shard;
            this.fetcher = fetcher;
        }

        boolean holds(Location location) {
            return shard.file().equals(location.file()) && shard.container() == location.container();
        }

        synchronized void add(Consumer<ImageFetcher> read) {
            reads.add(read);
            start();
        }

        synchronized void end() {
            ended = true;
            start();
        }

        private void start() {
            if (!running) {
                running = true;
                threads.execute(this::drain);
            }
        }

        private void drain() {
            for (Consumer<ImageFetcher> read = next(); read != null; read = next()) {
                read.accept(fetcher);
            }
        }

        private synchronized @Nullable Consumer<ImageFetcher> next() {
            Consumer<ImageFetcher> read = reads.poll();
            if (read == null) {
                running = false;
                if (ended) {
                    close(fetcher);
                }
            }
            return read;
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
        started.forEach(TaskThreads::join);
        open.forEach(this::close);
    }
}
