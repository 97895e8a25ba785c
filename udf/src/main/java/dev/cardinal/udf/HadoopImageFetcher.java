package dev.cardinal.udf;

import dev.cardinal.udf.store.Retry;
import dev.cardinal.udf.store.StoreException;
import dev.cardinal.udf.store.StoreFailure;
import dev.cardinal.udf.store.StoreFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
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
 * <p>An object that grows between its listing and its reading is read as far as it was listed.
 */
final class HadoopImageFetcher implements ImageFetcher {
    /** Where a store lets a task read none of so many images, it will be the user's rights and not these images. */
    private static final int MAX_FORBIDDEN = 100;

    private final Configuration configuration;
    private final Retry retry;
    private int forbidden;
    private boolean hasRead;

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
            return in.readNBytes(limit);
        }
    }

    /** What to throw for an image that another try would not read: a row says so, unless it is not the image's fault. */
    private IOException unreadable(IOException e) {
        StoreFailure failure = StoreFailure.of(e);
        boolean mayBeEveryImages = (failure == StoreFailure.PERMANENT && !(e instanceof UnsupportedFileSystemException))
                || (failure == StoreFailure.FORBIDDEN && e instanceof AccessDeniedException);
        if (mayBeEveryImages && !hasRead && ++forbidden == MAX_FORBIDDEN) {
            return StoreException.allForbidden(forbidden, e);
        }
        return UnreadableImageException.of(e);
    }

    @Override
    public void close() {}
}
