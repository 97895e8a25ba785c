package dev.cardinal.udf.bundle;

import dev.cardinal.udf.bundle.BundleInstaller.HashMismatchException;
import dev.cardinal.udf.bundle.BundleListing.ListedFile;
import dev.cardinal.udf.fs.FailureKind;
import dev.cardinal.udf.fs.FileSystems;
import dev.cardinal.udf.fs.Retry;
import dev.cardinal.udf.fs.StoreException;
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
 * <p>Needs no closing. Thread-safe. {@link #of} runs on the driver and reads the bundle once, so that executors can
 * compare their copies with it. {@link #materialize} runs on executors and retries when the file system fails
 * temporarily. Serializable.
 */
public final class SharedBundle implements BundleSource {
    private static final long serialVersionUID = 1L;
    private static final int BUFFER_BYTES = 1 << 20;

    private final String directory;
    private final String fingerprint;
    private final List<ListedFile> files;
    private final Broadcast<SerializableConfiguration> configuration;

    private SharedBundle(
            String directory,
            String fingerprint,
            List<ListedFile> files,
            Broadcast<SerializableConfiguration> configuration) {
        this.directory = directory;
        this.fingerprint = fingerprint;
        this.files = files;
        this.configuration = configuration;
    }

    /**
     * Reads every file below a directory and records its SHA-256.
     *
     * @throws IOException if the directory cannot be read
     */
    public static SharedBundle of(
            Path directory, String fingerprint, Broadcast<SerializableConfiguration> configuration) throws IOException {
        FileSystem fileSystem =
                FileSystems.fileSystem(directory, configuration.value().value());
        List<ListedFile> files =
                BundleListing.read(fileSystem, directory, (name, in) -> in.transferTo(OutputStream.nullOutputStream()));
        return new SharedBundle(fileSystem.makeQualified(directory).toString(), fingerprint, files, configuration);
    }

    /**
     * {@inheritDoc}
     *
     * @throws CardinalException if this executor finds a different bundle in the directory, or none
     */
    @Override
    public java.nio.file.Path materialize(java.nio.file.Path parent) throws IOException {
        Configuration hadoop = configuration.value().value();
        try {
            return BundleInstaller.install(parent, fingerprint, files, (file, out) -> copy(hadoop, file, out));
        } catch (HashMismatchException e) {
            throw CardinalException.model(
                    "model " + directory + " differs from what the driver read, or has changed since then: "
                            + e.getMessage(),
                    e);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private void copy(Configuration hadoop, ListedFile file, OutputStream out) throws IOException {
        Path path = new Path(directory, new Path(null, null, file.path()));
        Copy copy = new Copy(path, hadoop, out);
        try {
            Retry.of(hadoop).call("read " + path, copy);
        } catch (StoreException e) {
            throw e;
        } catch (IOException e) {
            if (FailureKind.of(e) == FailureKind.INTERRUPTED) {
                throw e;
            }
            throw CardinalException.model(
                    "model file " + path + " cannot be read on executor "
                            + SparkEnv.get().executorId() + " at "
                            + SparkEnv.get().blockManager().blockManagerId().host() + ": " + e
                            + "; --model-distribution shared needs a directory that every executor can read, otherwise"
                            + " use --model-distribution broadcast",
                    e);
        }
    }

    /** Does nothing: there are no local data, and the broadcast configuration belongs to the caller of {@link #of}. */
    @Override
    public void destroy() {}

    /** Copies a file; a retry continues where the last call failed. Failures of the local disk are unchecked. */
    private static final class Copy implements Retry.IOCall<Long> {
        private final Path path;
        private final Configuration hadoop;
        private final OutputStream out;
        private long copied;

        Copy(Path path, Configuration hadoop, OutputStream out) {
            this.path = path;
            this.hadoop = hadoop;
            this.out = out;
        }

        @Override
        public Long call() throws IOException {
            try (FSDataInputStream in = FileSystems.fileSystem(path, hadoop).open(path)) {
                if (copied > 0) {
                    in.seek(copied);
                }
                copyRest(in);
            }
            return copied;
        }

        private void copyRest(InputStream in) throws IOException {
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                try {
                    out.write(buffer, 0, count);
                } catch (IOException e) {
                    throw new UncheckedIOException("cannot write a copy of " + path, e);
                }
                copied += count;
            }
        }
    }
}
