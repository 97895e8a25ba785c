package dev.cardinal.udf.bundle;

import dev.cardinal.udf.LocalSpark;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Separate process that broadcasts a bundle, installs it in a task, and prints how much heap remains in use after each
 * step.
 */
final class BroadcastHeap {
    private BroadcastHeap() {}

    /** Arguments: directory of the bundle, and the directory to install it in. */
    public static void main(String[] arguments) throws IOException {
        JavaSparkContext spark = LocalSpark.context();
        long before = used();
        long start = System.nanoTime();
        BroadcastBundle files = BroadcastBundle.of(
                spark,
                FileSystem.getLocal(new Configuration()).getRawFileSystem(),
                new org.apache.hadoop.fs.Path(Path.of(arguments[0]).toUri()),
                "fingerprint");
        System.out.println("sent=" + (used() - before));
        System.out.println("sentMillis=" + (System.nanoTime() - start) / 1_000_000);
        String parent = arguments[1];
        long installed = spark.parallelize(List.of(1), 1)
                .map(one -> {
                    files.materialize(Path.of(parent));
                    return used() - before;
                })
                .collect()
                .get(0);
        System.out.println("installed=" + installed);
        System.out.println("installedMillis=" + (System.nanoTime() - start) / 1_000_000);
    }

    @SuppressWarnings("SystemGc") // measures what a collection leaves
    private static long used() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
