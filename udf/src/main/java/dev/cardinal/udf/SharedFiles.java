package dev.cardinal.udf;

import dev.cardinal.udf.BundlePlacement.WrongContentException;
import dev.cardinal.udf.store.Retry;
import dev.cardinal.udf.store.StoreException;
import dev.cardinal.udf.store.StoreFailure;
import dev.cardinal.udf.store.StoreFiles;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkEnv;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;

/**
 * A model bundle on a file system that every executor can read.
 *
 * <p>{@link #of} runs on the driver, which reads the bundle once to know what executors must find. {@link #place} runs on executors;
 * a store that fails for a moment is asked again. Holds nothing open. Serializable and thread-safe.
 */
public final class SharedFiles implements ModelFiles {
    private static final long serialVersionUID = 1L;
    private static final int BUFFER_BYTES = 1 << 20;

    private final String directory;
    private final String fingerprint;
    private final List<BundleFile> files;
    private final Broadcast<SerializableConfiguration> configuration;

    private SharedFiles(
            String directory,
            String fingerprint,
            List<BundleFile> files,
            Broadcast<SerializableConfiguration> configuration) {
        this.directory = directory;
        this.fingerprint = fingerprint;
        this.files = files;
        this.configuration = configuration;
    }

    /**
     * Every file below a directory.
     *
     * @throws IOException if it cannot be read
     */
    public static SharedFiles of(Path directory, String fingerprint, Broadcast<SerializableConfiguration> configuration)
            throws IOException {
        FileSystem fileSystem =
                StoreFiles.fileSystem(directory, configuration.value().value());
        List<BundleFile> files =
                BundleListing.read(fileSystem, directory, (name, in) -> in.transferTo(OutputStream.nullOutputStream()));
        return new SharedFiles(fileSystem.makeQualified(directory).toString(), fingerprint, files, configuration);
    }

    /**
     * {@inheritDoc}
     *
     * @throws CardinalException if this executor finds another bundle there, or none
     */
    @Override
    public java.nio.file.Path place(java.nio.file.Path parent) throws IOException {
        Configuration hadoop = configuration.value().value();
        try {
            return BundlePlacement.place(parent, fingerprint, files, (file, out) -> copy(hadoop, file, out));
        } catch (WrongContentException e) {
            throw CardinalException.model(
                    "model " + directory + " is not what the driver has read, or has changed since: " + e.getMessage(),
                    e);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private void copy(Configuration hadoop, BundleFile file, OutputStream out) throws IOException {
        Path path = new Path(directory, new Path(null, null, file.name()));
        Copy copy = new Copy(path, hadoop, out);
        try {
            Retry.of(hadoop).call("read " + path, copy);
        } catch (StoreException e) {
            throw e;
        } catch (IOException e) {
            if (StoreFailure.of(e) == StoreFailure.INTERRUPTED) {
                throw e;
            }
            throw CardinalException.model(
                    "model file " + path + " cannot be read on executor "
                            + SparkEnv.get().executorId() + " at "
                            + SparkEnv.get().blockManager().blockManagerId().host() + ": " + e
                            + "; --model-distribution shared is for a directory that every executor can read, use"
                            + " --model-distribution broadcast",
                    e);
        }
    }

    /** Nothing is held; the configuration is its maker's. */
    @Override
    public void destroy() {}

    /** Copies a file, and goes on where it stopped when it is called again. The local disk's failures pass through unchecked. */
    private static final class Copy implements Retry.IOCall<Long> {
        private final Path path;
        private final Configuration hadoop;
        private final OutputStream out;
        private long done;

        Copy(Path path, Configuration hadoop, OutputStream out) {
            this.path = path;
            this.hadoop = hadoop;
            this.out = out;
        }

        @Override
        public Long call() throws IOException {
            try (FSDataInputStream in = StoreFiles.fileSystem(path, hadoop).open(path)) {
                if (done > 0) {
                    in.seek(done);
                }
                copyRest(in);
            }
            return done;
        }

        private void copyRest(InputStream in) throws IOException {
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                try {
                    out.write(buffer, 0, count);
                } catch (IOException e) {
                    throw new UncheckedIOException("cannot write a copy of " + path, e);
                }
                done += count;
            }
        }
    }
}
