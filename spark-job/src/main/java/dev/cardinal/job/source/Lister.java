package dev.cardinal.job.source;

import dev.cardinal.udf.fetch.LocalFiles;
import dev.cardinal.udf.fetch.SkipReason;
import dev.cardinal.udf.task.PackedValues;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Lists the files below inputs: the driver lists the top of a tree, executors list the directories below it.
 *
 * <p>One task walks a local disk, because only one process can detect links that form a loop. Lives on the driver.
 */
final class Lister {
    /** What the driver lists of all inputs, about, before it leaves the rest to executors. */
    private static final int ENTRIES_ON_DRIVER = 2_000;

    private static final int SUBTREES_PER_CORE = 8;

    private final JavaSparkContext spark;
    private final Configuration configuration;
    private final Broadcast<SerializableConfiguration> shared;
    private final FileRules rules;
    private final List<ListingEntry> known = new ArrayList<>();
    private final List<Subtree> subtrees = new ArrayList<>();

    /** A directory for an executor to list, with the input that contains it. */
    private record Subtree(String root, String directory) implements java.io.Serializable {}

    Lister(
            JavaSparkContext spark,
            Configuration configuration,
            Broadcast<SerializableConfiguration> shared,
            FileRules rules) {
        this.spark = spark;
        this.configuration = configuration;
        this.shared = shared;
        this.rules = rules;
    }

    /** Adds the files and directories that an input names. */
    void add(String input, List<FileStatus> roots) throws IOException {
        SidecarFilter sidecars = new SidecarFilter(roots.size() > 1 ? rules.sidecars() : Sidecars.READ);
        for (FileStatus root : roots) {
            SkipReason reason = Inputs.skipReason(root.getPath(), Inputs.path(input));
            if (reason != null) {
                known.add(ListingEntry.skipped(reason, 1));
            } else {
                add(root, sidecars);
            }
        }
        known.addAll(sidecars.end(file -> known.add(ListingEntry.file(file))));
    }

    private void add(FileStatus root, SidecarFilter sidecars) throws IOException {
        Path path = root.getPath();
        FileSystem fileSystem = path.getFileSystem(configuration);
        if (root.isDirectory()) {
            sidecars.directory(path);
            Optional<List<FileEntry>> delta = DeltaLog.files(path, configuration);
            if (delta.isPresent()) {
                IncludeGlob include = new IncludeGlob(rules.include());
                for (FileEntry file : delta.get()) {
                    known.add(
                            include.takes(new Path(file.path()), path)
                                    ? ListingEntry.file(file)
                                    : ListingEntry.skipped(SkipReason.NOT_INCLUDED, 1));
                }
            } else if (fileSystem instanceof LocalFileSystem || known.size() >= ENTRIES_ON_DRIVER) {
                subtrees.add(new Subtree(path.toString(), path.toString()));
            } else {
                expand(path);
            }
        } else if (!new IncludeGlob(rules.include()).takes(path, path.getParent())) {
            known.add(ListingEntry.skipped(SkipReason.NOT_INCLUDED, 1));
        } else if (LocalFiles.special(fileSystem, path) != null) {
            known.add(ListingEntry.skipped(SkipReason.SPECIAL, 1));
        } else {
            sidecars.file(FileEntry.of(root, null), file -> known.add(ListingEntry.file(file)));
        }
    }

    private void expand(Path root) throws IOException {
        int enough = spark.defaultParallelism() * SUBTREES_PER_CORE;
        DirectoryWalk walk = new DirectoryWalk(root, root, rules, configuration);
        List<ListingEntry> met = new ArrayList<>();
        int wholly = 0; // number of entries in directories that are completely listed
        Path directory = walk.directory();
        while (walk.hasNext()) {
            ListingEntry next = walk.next();
            boolean isNewDirectory = !walk.directory().equals(directory);
            if (isNewDirectory) {
                directory = walk.directory();
                wholly = met.size();
            }
            met.add(next);
            if (next.failure() != null) {
                break;
            }
            boolean isEnough = met.size() >= ENTRIES_ON_DRIVER
                    || (isNewDirectory && walk.pending().size() >= enough);
            if (isEnough && walk.isListing()) { // only a directory in progress is listed again by an executor
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

    /** Lists everything in the added files and directories. */
    JavaRDD<ListingEntry> listed() {
        JavaRDD<ListingEntry> files = PackedValues.parallelize(spark, known, slices(known.size() / ENTRIES_ON_DRIVER));
        if (subtrees.isEmpty()) {
            return files;
        }
        FileRules rulesOnExecutor = rules;
        Broadcast<SerializableConfiguration> configurationOnExecutor = shared;
        return files.union(PackedValues.parallelize(spark, subtrees, slices(subtrees.size()))
                .flatMap(subtree -> new DirectoryWalk(
                        new Path(subtree.root()),
                        new Path(subtree.directory()),
                        rulesOnExecutor,
                        configurationOnExecutor.value().value())));
    }

    private int slices(int wanted) {
        return Math.max(1, Math.min(wanted, spark.defaultParallelism() * SUBTREES_PER_CORE));
    }
}
