package dev.cardinal.job.export;

import dev.cardinal.job.common.AtomicFiles;
import dev.cardinal.udf.fs.FileSystems;
import java.io.Closeable;
import java.io.IOException;
import java.io.Serializable;
import java.net.URI;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The names of files in the output of an export. Serialized with tasks; immutable.
 *
 * @param directory the output, fully qualified
 * @param format format of the shards
 */
record ExportLayout(String directory, ExportFormat format) implements Serializable {
    static final String MANIFEST = "manifest.json";
    static final String CLASSES = "classes.txt";
    static final String MISSING = "missing.jsonl";
    static final String CARDINAL = "_cardinal";

    private static final String LISTS = "lists";
    /** Memory that an upload to an object store takes: S3A would otherwise keep several parts of 64 MB on the local disk. */
    private static final String PART_BYTES = "8M";

    Path root() {
        return new Path(directory);
    }

    /** Returns the path of a shard below the output. */
    String shard(ShardName shard) {
        String parent = format == ExportFormat.IMAGEFOLDER ? LISTS : shard.split();
        return parent + "/" + shard.file() + format.extension();
    }

    Path split(ShardName shard) {
        return new Path(root(), shard.split());
    }

    Path records() {
        return new Path(root(), CARDINAL + "/shards");
    }

    Path record(ShardName shard) {
        return new Path(records(), shard.file() + ".json");
    }

    Path parameters() {
        return new Path(root(), CARDINAL + "/export.json");
    }

    /** Returns the file that marks the plan as complete, and says how many shards it has. */
    Path shardCounts() {
        return new Path(root(), CARDINAL + "/plan.json");
    }

    /** Returns the directory for files that only an unfinished export needs. */
    Path work() {
        return new Path(root(), CARDINAL + "/work");
    }

    Path plan() {
        return new Path(work(), "plan");
    }

    Path places() {
        return new Path(work(), "places");
    }

    Path copies() {
        return new Path(work(), "copies");
    }

    /** Returns whether an entry of the output may be there before an export begins. */
    boolean isOwn(String name) {
        return name.equals(CARDINAL)
                || name.equals(MANIFEST)
                || name.equals(CLASSES)
                || name.equals(MISSING)
                || name.equals(LISTS)
                || name.equals(AtomicFiles.temporaryName(MANIFEST))
                || name.equals(AtomicFiles.temporaryName(CLASSES))
                || name.equals(ShardName.TRAIN)
                || name.equals(ShardName.HOLDOUT);
    }

    /** Opens the output's file system for a task, which closes it. */
    OpenOutput open(Configuration configuration) throws IOException {
        URI uri = root().toUri();
        FileSystem shared = FileSystems.fileSystem(root(), configuration);
        if (!shared.hasPathCapability(root(), AtomicFiles.OBJECT_STORE)) {
            return new OpenOutput(shared, () -> {});
        }
        Configuration small = new Configuration(configuration);
        small.set("fs.s3a.multipart.size", PART_BYTES);
        small.set("fs.s3a.fast.upload.active.blocks", "2");
        FileSystem own = FileSystem.newInstance(uri, small);
        return new OpenOutput(own, own);
    }

    /**
     * The output's file system in a task.
     *
     * @param closing closes it, unless it is shared
     */
    record OpenOutput(FileSystem fileSystem, Closeable closing) implements Closeable {
        @Override
        public void close() throws IOException {
            closing.close();
        }
    }
}
