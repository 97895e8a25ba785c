package dev.cardinal.udf;

import dev.cardinal.udf.store.Retry;
import dev.cardinal.udf.store.StoreException;
import dev.cardinal.udf.store.StoreFailure;
import dev.cardinal.udf.store.StoreFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FutureDataInputStreamBuilder;
import org.apache.hadoop.fs.Options.OpenFileOptions;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import org.apache.hadoop.util.functional.FutureIO;

/**
 * Reads images from any Hadoop file system, a file an image, in one request where the file system is told its length.
 *
 * <p>An object that grows between its listing and its reading is read as far as it was listed. Holds nothing open between images;
 * thread-safe, so that several threads of a task share one. Lives on executors.
 */
final class HadoopImageFetcher implements ImageFetcher {
    /** Where a store lets a task read none of so many images, it will be the user's rights and not these images. */
    private static final int MAX_FORBIDDEN = 100;

    private final Configuration configuration;
    private final Retry retry;
    private final AtomicInteger forbidden = new AtomicInteger();
    private volatile boolean hasRead;

    HadoopImageFetcher(Configuration configuration) {
        this(configuration, Retry.of(configuration));
    }

    HadoopImageFetcher(Configuration configuration, Retry retry) {
        this.configuration = configuration;
        this.retry = retry;
    }

    @Override
    public Fetched fetch(ImageRef image, int limit) throws IOException {
        Path path = new Path(image.path());
        try {
            byte[] bytes = retry.call("read " + path, () -> read(path, image, limit));
            hasRead = true;
            return Fetched.of(bytes);
        } catch (StoreException e) {
            throw e;
        } catch (IOException e) {
            throw unreadable(e);
        } catch (FSError e) {
            throw UnreadableImageException.of(e);
        }
    }

    private byte[] read(Path path, ImageRef image, int limit) throws IOException {
        FutureDataInputStreamBuilder file = StoreFiles.fileSystem(path, configuration)
                .openFile(path)
                .opt(
                        OpenFileOptions.FS_OPTION_OPENFILE_READ_POLICY,
                        OpenFileOptions.FS_OPTION_OPENFILE_READ_POLICY_WHOLE_FILE);
        if (image.length() > 0 && !image.location().isReported()) {
            file.optLong(OpenFileOptions.FS_OPTION_OPENFILE_LENGTH, image.length());
        }
        try (InputStream in = FutureIO.awaitFuture(file.build())) {
            return image.location().isReported() ? in.readNBytes(limit) : read(in, expected(image, limit), limit);
        }
    }

    private static int expected(ImageRef image, int limit) {
        return (int) Math.min(limit, Math.max(0, image.length()));
    }

    /** What is there up to the limit, without a second copy where it has the expected length. */
    private static byte[] read(InputStream in, int expected, int limit) throws IOException {
        byte[] bytes = new byte[expected];
        int count = in.readNBytes(bytes, 0, expected);
        if (count < expected) {
            return Arrays.copyOf(bytes, count);
        }
        byte[] more = in.readNBytes(limit - count);
        if (more.length == 0) {
            return bytes;
        }
        byte[] all = Arrays.copyOf(bytes, count + more.length);
        System.arraycopy(more, 0, all, count, more.length);
        return all;
    }

    /** What to throw for an image that another try would not read: a row says so, unless it is not the image's fault. */
    private IOException unreadable(IOException e) {
        StoreFailure failure = StoreFailure.of(e);
        boolean mayBeEveryImages = (failure == StoreFailure.PERMANENT && !(e instanceof UnsupportedFileSystemException))
                || (failure == StoreFailure.FORBIDDEN && e instanceof AccessDeniedException);
        if (mayBeEveryImages && !hasRead && forbidden.incrementAndGet() == MAX_FORBIDDEN) {
            return StoreException.allForbidden(MAX_FORBIDDEN, e);
        }
        return UnreadableImageException.of(e);
    }

    @Override
    public void close() {}
}
