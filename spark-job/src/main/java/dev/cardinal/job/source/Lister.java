package dev.cardinal.job.source;

import dev.cardinal.job.UserPath;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;
import org.jspecify.annotations.Nullable;

/**
 * Lists files below inputs: the driver looks at the top of a tree, executors list what lies below.
 *
 * <p>A local disk is walked by one task, which alone can tell links that lead back. Lives on the driver.
 */
final class Lister {
    /** What the driver lists of an input before it leaves the rest to executors. */
    private static final int ENTRIES_ON_DRIVER = 2_000;

    private static final int SUBTREES_PER_CORE = 8;

    private final JavaSparkContext spark;
    private final Configuration configuration;
    private final Broadcast<SerializableConfiguration> shared;
    private final @Nullable String include;
    private final List<Listed> known = new ArrayList<>();
    private final List<Subtree> subtrees = new ArrayList<>();

    /** A directory that an executor lists, and the input that it lies in. */
    private record Subtree(String root, String directory) implements java.io.Serializable {}

    Lister(
            JavaSparkContext spark,
            Configuration configuration,
            Broadcast<SerializableConfiguration> shared,
            @Nullable String include) {
        this.spark = spark;
        this.configuration = configuration;
        this.shared = shared;
        this.include = include;
    }

    /** Takes in a file or directory that an input names. */
    void add(String input, FileStatus root) throws IOException {
        Path path = root.getPath();
        if (Inputs.isHidden(path, UserPath.of("input", input))) {
            known.add(Listed.skipped(1));
        } else if (!root.isDirectory()) {
            if (new IncludeGlob(include).takes(path, path.getParent())) {
                known.add(Listed.file(FileEntry.of(root, null)));
            }
        } else if (path.getFileSystem(configuration) instanceof LocalFileSystem) {
            subtrees.add(new Subtree(path.toString(), path.toString()));
        } else {
            expand(path);
        }
    }

    private void expand(Path root) throws IOException {
        int enough = spark.defaultParallelism() * SUBTREES_PER_CORE;
        DirectoryWalk walk = new DirectoryWalk(root, root, new IncludeGlob(include), configuration);
        List<Listed> met = new ArrayList<>();
        int wholly = 0; // entries that lie in directories of which all are met
        Path directory = walk.directory();
        while (walk.hasNext()) {
            Listed next = walk.next();
            boolean isNewDirectory = !walk.directory().equals(directory);
            if (isNewDirectory) {
                directory = walk.directory();
                wholly = met.size();
            }
            met.add(next);
            if (next.failure() != null) {
                break;
            }
            if (met.size() >= ENTRIES_ON_DRIVER
                    || (isNewDirectory && walk.pending().size() >= enough)) {
                known.addAll(met.subList(0, wholly));
                for (Path pending : walk.pending()) {
                    if (!directory.equals(pending.getParent())) {
                        subtrees.add(new Subtree(root.toString(), pending.toString()));
                    }
                }
                return;
            }
        }
        known.addAll(met);
    }

    /** Everything that lies in what was taken in. */
    JavaRDD<Listed> listed() {
        JavaRDD<Listed> files = spark.parallelize(known, slices(known.size() / ENTRIES_ON_DRIVER));
        if (subtrees.isEmpty()) {
            return files;
        }
        @Nullable String glob = include;
        Broadcast<SerializableConfiguration> configurationOnExecutor = shared;
        return files.union(spark.parallelize(subtrees, slices(subtrees.size()))
                .flatMap(subtree -> new DirectoryWalk(
                        new Path(subtree.root()),
                        new Path(subtree.directory()),
                        new IncludeGlob(glob),
                        configurationOnExecutor.value().value())));
    }

    private int slices(int wanted) {
        return Math.max(1, Math.min(wanted, spark.defaultParallelism() * SUBTREES_PER_CORE));
    }
}
