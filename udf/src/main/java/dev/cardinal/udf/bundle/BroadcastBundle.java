package dev.cardinal.udf.bundle;

import dev.cardinal.udf.bundle.BundleListing.ListedFile;
import dev.cardinal.udf.task.TaskThreads;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * A model bundle that is distributed as Spark broadcasts, one per chunk of a file. A bundle may be larger than an
 * array, and larger than the heap of the driver or of an executor: these keep one or two chunks in memory and the
 * others on disk.
 *
 * <p>{@code SparkContext.addFile} is not an alternative: all executors fetch the files from the driver, the files
 * cannot be removed, and they become dependencies of every task.
 *
 * <p>{@link #destroy} removes the broadcasts. Thread-safe. Created on the driver, used on executors. Serializable.
 */
public final class BroadcastBundle implements BundleSource {
    private static final long serialVersionUID = 1L;
    private static final int CHUNK_BYTES = 32 << 20;

    private final String fingerprint;
    private final List<ListedFile> files;
    private final Map<String, List<Broadcast<byte[]>>> chunks;

    private BroadcastBundle(String fingerprint, List<ListedFile> files, Map<String, List<Broadcast<byte[]>>> chunks) {
        this.fingerprint = fingerprint;
        this.files = List.copyOf(files);
        this.chunks = Map.copyOf(chunks);
    }

    /**
     * Broadcasts every file below a directory of any Hadoop file system.
     *
     * @throws IOException if the directory cannot be read
     */
    public static BroadcastBundle of(
            JavaSparkContext spark, FileSystem fileSystem, org.apache.hadoop.fs.Path directory, String fingerprint)
            throws IOException {
        return of(spark, fileSystem, directory, fingerprint, CHUNK_BYTES);
    }

    static BroadcastBundle of(
            JavaSparkContext spark,
            FileSystem fileSystem,
            org.apache.hadoop.fs.Path directory,
            String fingerprint,
            int chunkBytes)
            throws IOException {
        Map<String, List<Broadcast<byte[]>>> chunks = new HashMap<>();
        List<ListedFile> files = BundleListing.read(
                fileSystem, directory, (name, in) -> chunks.put(name, List.copyOf(broadcast(spark, in, chunkBytes))));
        return new BroadcastBundle(fingerprint, files, chunks);
    }

    private static List<Broadcast<byte[]>> broadcast(JavaSparkContext spark, InputStream in, int chunkBytes)
            throws IOException {
        List<Broadcast<byte[]>> chunks = new ArrayList<>();
        byte[] chunk = in.readNBytes(chunkBytes);
        while (chunk.length > 0) {
            Broadcast<byte[]> sent = spark.broadcast(chunk);
            BroadcastBlocks.toDisk(sent.id(), chunk.length);
            chunks.add(sent);
            chunk = in.readNBytes(chunkBytes);
        }
        return chunks;
    }

    @Override
    public Path materialize(Path parent) throws IOException {
        return runOutsideTask(new FutureTask<>(() -> BundleInstaller.install(parent, fingerprint, files, this::copy)));
    }

    private void copy(ListedFile file, OutputStream out) throws IOException {
        for (Broadcast<byte[]> chunk : chunks.getOrDefault(file.path(), List.of())) {
            byte[] bytes = BroadcastBlocks.valueOf(chunk);
            out.write(bytes);
            BroadcastBlocks.toDisk(chunk.id(), bytes.length);
        }
    }

    /** Runs in a separate thread: in a task's thread, Spark would keep broadcast values in memory until its end. */
    private static Path runOutsideTask(FutureTask<Path> installation) throws IOException {
        TaskThreads.daemon("cardinal-model", installation).start();
        try {
            return installation.get();
        } catch (InterruptedException e) {
            installation.cancel(true);
            Thread.currentThread().interrupt();
            throw (InterruptedIOException)
                    new InterruptedIOException("interrupted while fetching the model").initCause(e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof IOException failure) {
                throw failure;
            }
            // Spark throws checked exceptions that it does not declare.
            throw new IOException("cannot fetch the broadcast model: " + cause, cause);
        }
    }

    @Override
    public void destroy() {
        chunks.values().forEach(file -> file.forEach(Broadcast::destroy));
    }
}
