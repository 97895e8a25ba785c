package dev.cardinal.job.export;

import dev.cardinal.job.export.PlaceFetcher.MissingImageException;
import dev.cardinal.udf.fetch.RecordFields;
import dev.cardinal.udf.task.TaskThreads;
import dev.cardinal.zoo.FileHash;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.hadoop.conf.Configuration;
import org.jspecify.annotations.Nullable;

/**
 * Reads the images of samples ahead of the writer, several at a time, and returns them in the order of the samples. What it holds is
 * bounded by count and by bytes. Closed by the task that created it, which ends its threads; used by one thread.
 */
final class ReadAhead implements Closeable {
    private static final int MOST_SAMPLES = 256;
    private static final long MOST_BYTES = 48 << 20;
    /** Size of an image while none has been read. */
    private static final long ASSUMED_BYTES = 3 << 20;

    private final Iterator<TrainingSample> samples;
    private final Queue<Future<Read>> window = new ArrayDeque<>();
    private final List<PlaceFetcher> fetchers = new ArrayList<>();
    private final BlockingQueue<PlaceFetcher> idle;
    private final List<Thread> started = new ArrayList<>();
    private final ThreadPoolExecutor threads;
    /** Bytes in the window; an image that is not read yet counts as the mean of the others. */
    private final AtomicLong held = new AtomicLong();

    private final AtomicLong images = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();

    /**
     * A sample and its image.
     *
     * @param encoded bytes of the image; empty if it is missing
     * @param sha256 SHA-256 of the bytes
     * @param problem why the image is missing, or null
     */
    @SuppressWarnings("ArrayRecordComponent") // a carrier of bytes, never compared
    record Read(
            TrainingSample sample,
            byte[] encoded,
            String sha256,
            @Nullable String problem) {
        private static final byte[] NONE = new byte[0];

        static Read missing(TrainingSample sample, String problem) {
            return new Read(sample, NONE, "", problem);
        }
    }

    /** @param reads maximum number of reads at a time */
    ReadAhead(Iterator<TrainingSample> samples, int reads, Configuration configuration, RecordFields fields) {
        this.samples = samples;
        this.idle = new ArrayBlockingQueue<>(reads);
        for (int i = 0; i < reads; i++) {
            PlaceFetcher fetcher = new PlaceFetcher(configuration, fields);
            fetchers.add(fetcher);
            idle.add(fetcher);
        }
        this.threads = new ThreadPoolExecutor(reads, reads, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), work -> {
            Thread thread = TaskThreads.ofTask("cardinal-export-read", work);
            started.add(thread); // only the task's thread submits, and starts threads
            return thread;
        });
    }

    boolean hasNext() {
        return !window.isEmpty() || samples.hasNext();
    }

    /**
     * Returns the next sample.
     *
     * @throws IOException if the store fails
     */
    Read next() throws IOException {
        fill();
        try {
            Read read = window.remove().get();
            held.addAndGet(-read.encoded().length);
            return read;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the task was interrupted");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    private void fill() {
        while (samples.hasNext() && (window.isEmpty() || (window.size() < MOST_SAMPLES && held.get() < MOST_BYTES))) {
            TrainingSample sample = samples.next();
            long expected = images.get() == 0 ? ASSUMED_BYTES : bytes.get() / images.get();
            held.addAndGet(expected);
            window.add(threads.submit(() -> read(sample, expected)));
        }
    }

    private Read read(TrainingSample sample, long expected) throws IOException, InterruptedException {
        PlaceFetcher fetcher = idle.take();
        try {
            byte[] encoded = fetcher.fetch(sample.place());
            images.incrementAndGet();
            bytes.addAndGet(encoded.length);
            held.addAndGet(encoded.length - expected);
            String sha256 = FileHash.sha256(encoded);
            String labeled = sample.place().sha256();
            if (labeled != null && !labeled.equals(sha256)) {
                held.addAndGet(-encoded.length);
                return Read.missing(sample, "its bytes are others than those that were labeled");
            }
            return new Read(sample, encoded, sha256, null);
        } catch (MissingImageException e) {
            held.addAndGet(-expected);
            return Read.missing(sample, String.valueOf(e.getMessage()).replaceAll("\\s+", " "));
        } finally {
            idle.add(fetcher);
        }
    }

    @Override
    public void close() throws IOException {
        threads.shutdownNow();
        started.forEach(TaskThreads::join);
        for (PlaceFetcher fetcher : fetchers) {
            fetcher.close();
        }
    }
}
