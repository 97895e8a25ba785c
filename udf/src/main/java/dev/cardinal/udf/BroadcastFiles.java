package dev.cardinal.udf;

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
 * A model bundle as a set of Spark broadcasts, each a chunk of a file, so that a bundle may be larger than an array and than the
 * heap of the driver and of an executor, which hold a chunk or two at a time and have the others on disk.
 *
 * <p>{@link #of} runs on the driver; {@link #place} runs on executors. {@link #destroy} removes the broadcasts. Serializable and
 * thread-safe.
 */
public final class BroadcastFiles implements ModelFiles {
    private static final long serialVersionUID = 1L;
    private static final int CHUNK_BYTES = 32 << 20;

    private final String fingerprint;
    private final List<BundleFile> files;
    private final Map<String, List<Broadcast<byte[]>>> chunks;

    private BroadcastFiles(String fingerprint, List<BundleFile> files, Map<String, List<Broadcast<byte[]>>> chunks) {
        this.fingerprint = fingerprint;
        this.files = List.copyOf(files);
        this.chunks = Map.copyOf(chunks);
    }

    /**
     * Broadcasts every file below a directory of any Hadoop file system.
     *
     * @throws IOException if it cannot be read
     */
    public static BroadcastFiles of(
            JavaSparkContext spark, FileSystem fileSystem, org.apache.hadoop.fs.Path directory, String fingerprint)
            throws IOException {
        return of(spark, fileSystem, directory, fingerprint, CHUNK_BYTES);
    }

    static BroadcastFiles of(
            JavaSparkContext spark,
            FileSystem fileSystem,
            org.apache.hadoop.fs.Path directory,
            String fingerprint,
            int chunkBytes)
            throws IOException {
        Map<String, List<Broadcast<byte[]>>> chunks = new HashMap<>();
        List<BundleFile> files = BundleListing.read(
                fileSystem, directory, (name, in) -> chunks.put(name, List.copyOf(broadcast(spark, in, chunkBytes))));
        return new BroadcastFiles(fingerprint, files, chunks);
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
    public Path place(Path parent) throws IOException {
        return outsideOfTheTask(new FutureTask<>(() -> BundlePlacement.place(parent, fingerprint, files, this::copy)));
    }

    private void copy(BundleFile file, OutputStream out) throws IOException {
        for (Broadcast<byte[]> chunk : chunks.getOrDefault(file.name(), List.of())) {
            byte[] bytes = BroadcastBlocks.valueOf(chunk);
            out.write(bytes);
            BroadcastBlocks.toDisk(chunk.id(), bytes.length);
        }
    }

    /** Runs in a thread of its own: in a task's, Spark would hold what is read of broadcasts in memory until the task ends. */
    private static Path outsideOfTheTask(FutureTask<Path> placing) throws IOException {
        TaskThreads.daemon("cardinal-model", placing).start();
        try {
            return placing.get();
        } catch (InterruptedException e) {
            placing.cancel(true);
            Thread.currentThread().interrupt();
            throw (InterruptedIOException)
                    new InterruptedIOException("interrupted while the model arrived").initCause(e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof IOException failure) {
                throw failure;
            }
            // Spark's exceptions are checked ones that it does not declare.
            throw new IOException("the model does not arrive: " + cause, cause);
        }
    }

    @Override
    public void destroy() {
        chunks.values().forEach(file -> file.forEach(Broadcast::destroy));
    }
}
