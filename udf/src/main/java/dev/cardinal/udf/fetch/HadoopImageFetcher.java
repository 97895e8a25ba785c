package dev.cardinal.udf.fetch;

import dev.cardinal.udf.fs.FailureKind;
import dev.cardinal.udf.fs.FileSystems;
import dev.cardinal.udf.fs.Retry;
import dev.cardinal.udf.fs.StoreException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FutureDataInputStreamBuilder;
import org.apache.hadoop.fs.Options.OpenFileOptions;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import org.apache.hadoop.util.functional.FutureIO;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.jspecify.annotations.Nullable;

/**
 * Reads images that are files of their own from any Hadoop file system, in one request if the file's length is known.
 *
 * <p>An object that grows after it was listed is read up to its listed length. Keeps nothing open between images;
 * thread-safe, so that several threads of a task share one. Lives on executors.
 */
public final class HadoopImageFetcher implements ImageFetcher {
    /** If a task may not read any of this many images, the cause is the user's permissions and not these images. */
    private static final int MAX_FORBIDDEN = 100;

    /** The error of the kernel for a file that it generates, such as /proc/cpuinfo, and that cannot be read at a position. */
    private static final String INVALID_ARGUMENT = "Invalid argument";

    private final Configuration configuration;
    private final Retry retry;
    private final List<StructField> keep;
    private final AtomicInteger forbidden = new AtomicInteger();
    private volatile boolean anyRead;

    public HadoopImageFetcher(Configuration configuration) {
        this(configuration, Retry.of(configuration), List.of());
    }

    /** @param fields columns to keep; a file has a value for each column that its directories name */
    public HadoopImageFetcher(Configuration configuration, RecordFields fields) {
        this(configuration, Retry.of(configuration), fields.keep());
    }

    HadoopImageFetcher(Configuration configuration, Retry retry) {
        this(configuration, retry, List.of());
    }

    private HadoopImageFetcher(Configuration configuration, Retry retry, List<StructField> keep) {
        this.keep = List.copyOf(keep);
        this.configuration = configuration;
        this.retry = retry;
    }

    @Override
    public Fetched fetch(ImageRef image, int limit) throws IOException {
        Path path = new Path(image.path());
        try {
            FileSystem fileSystem = FileSystems.fileSystem(path, configuration);
            requireRegular(fileSystem, path);
            byte[] bytes = retry.call("read " + path, () -> read(fileSystem, path, image, limit));
            anyRead = true;
            return keep.isEmpty() ? Fetched.of(bytes) : new Fetched(bytes, null, null, kept(image));
        } catch (StoreException e) {
            throw e;
        } catch (IOException e) {
            throw unreadable(e);
        } catch (UncheckedIOException e) {
            throw new UnreadableImageException("the local disk cannot read it: " + INVALID_ARGUMENT, e);
        } catch (FSError e) {
            throw UnreadableImageException.of(e);
        }
    }

    /** Checks that a file on a local disk is not a pipe, socket or device: reading one may never end. */
    static void requireRegular(FileSystem fileSystem, Path path) throws UnreadableImageException {
        String special = LocalFiles.special(fileSystem, path);
        if (special != null) {
            throw new UnreadableImageException("not a regular file: it is " + special);
        }
    }

    private byte[] read(FileSystem fileSystem, Path path, ImageRef image, int limit) throws IOException {
        try {
            return readOnce(fileSystem, path, image, limit);
        } catch (IOException e) {
            boolean isPseudoFile = fileSystem instanceof RawLocalFileSystem && INVALID_ARGUMENT.equals(e.getMessage());
            if (isPseudoFile) {
                throw new UncheckedIOException(e); // such as /proc/cpuinfo; another attempt would fail too
            }
            throw e;
        }
    }

    private byte[] readOnce(FileSystem fileSystem, Path path, ImageRef image, int limit) throws IOException {
        FutureDataInputStreamBuilder file = fileSystem
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

    private List<@Nullable Object> kept(ImageRef image) {
        Map<String, @Nullable String> partitions = PartitionDirectories.of(image.path());
        List<@Nullable Object> kept = new ArrayList<>();
        for (StructField column : keep) {
            boolean isText = column.dataType().equals(DataTypes.StringType);
            kept.add(isText ? partitions.get(column.name()) : null);
        }
        return kept;
    }

    private static int expected(ImageRef image, int limit) {
        return (int) Math.min(limit, Math.max(0, image.length()));
    }

    /** Reads the bytes up to the limit, without a second copy if there are as many as expected. */
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

    /** Returns the exception for an unreadable image: it becomes a row, unless the image is not the cause. */
    private IOException unreadable(IOException e) {
        FailureKind failure = FailureKind.of(e);
        boolean mayAffectAllImages =
                (failure == FailureKind.PERMANENT && !(e instanceof UnsupportedFileSystemException))
                        || (failure == FailureKind.FORBIDDEN && e instanceof AccessDeniedException);
        if (mayAffectAllImages && !anyRead && forbidden.incrementAndGet() == MAX_FORBIDDEN) {
            return StoreException.allForbidden(MAX_FORBIDDEN, e);
        }
        return UnreadableImageException.of(e);
    }

    @Override
    public void close() {}
}
