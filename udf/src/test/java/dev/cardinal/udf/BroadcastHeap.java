package dev.cardinal.udf;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.api.java.JavaSparkContext;

/** Broadcasts a bundle and places it in a task, in a process of its own, and prints what of it is left on the heap. */
final class BroadcastHeap {
    private BroadcastHeap() {}

    /** Arguments: the bundle, and where to place it. */
    public static void main(String[] arguments) throws IOException {
        JavaSparkContext spark = LocalSpark.context();
        long before = used();
        long start = System.nanoTime();
        BroadcastFiles files = BroadcastFiles.of(
                spark,
                FileSystem.getLocal(new Configuration()).getRawFileSystem(),
                new org.apache.hadoop.fs.Path(Path.of(arguments[0]).toUri()),
                "fingerprint");
        System.out.println("sent=" + (used() - before));
        System.out.println("sentMillis=" + (System.nanoTime() - start) / 1_000_000);
        String parent = arguments[1];
        long placed = spark.parallelize(List.of(1), 1)
                .map(one -> {
                    files.place(Path.of(parent));
                    return used() - before;
                })
                .collect()
                .get(0);
        System.out.println("placed=" + placed);
        System.out.println("placedMillis=" + (System.nanoTime() - start) / 1_000_000);
    }

    @SuppressWarnings("SystemGc") // what is left is the question
    private static long used() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
