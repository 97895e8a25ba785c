package dev.cardinal.job.source;

import dev.cardinal.udf.fetch.PartitionDirectories;
import dev.cardinal.udf.shard.ShardFile;
import dev.cardinal.udf.shard.ShardFormat;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;

/** Finds the first file of a kind in the inputs, whose columns or fields are checked before anything is listed. Lives on the driver. */
final class FirstFiles {
    /** Number of entries of a directory that are checked if no option says that there is a file of the kind. */
    private static final int FEW_ENTRIES = 2_000;

    private final SourceSpec spec;
    private final Inputs inputs;
    private final FileRules rules;
    private final Configuration configuration;

    /** Decides whether a file is of the kind. */
    private interface InputKind {
        boolean matches(Path file, long length) throws IOException;
    }

    FirstFiles(SourceSpec spec, Inputs inputs, FileRules rules, Configuration configuration) {
        this.spec = spec;
        this.inputs = inputs;
        this.rules = rules;
        this.configuration = configuration;
    }

    /** Returns the first Parquet file: one that is itself an input, or in a directory if the user says that there are tables. */
    Optional<Path> table() throws IOException {
        boolean isAsked = !spec.fields().keep().isEmpty() || spec.format() == InputFormat.PARQUET;
        return first(isAsked ? Long.MAX_VALUE : 0, (file, length) -> isShard(file, length, ShardFormat.PARQUET));
    }

    /** Returns the first TFRecord file. */
    Optional<Path> tfRecord() throws IOException {
        if (spec.format() != InputFormat.TFRECORD && !spec.format().isByName()) {
            return Optional.empty();
        }
        long entries = spec.format() == InputFormat.TFRECORD ? Long.MAX_VALUE : FEW_ENTRIES;
        return first(entries, (file, length) -> isShard(file, length, ShardFormat.TFRECORD));
    }

    /** Returns the first file in a directory that is called {@code name=value}. */
    Optional<Path> partitioned() throws IOException {
        return first(FEW_ENTRIES, (file, length) -> !PartitionDirectories.of(file.toString())
                .isEmpty());
    }

    private boolean isShard(Path file, long length, ShardFormat wanted) throws IOException {
        Optional<ShardFormat> byName = spec.format().shardFormat(file.getName());
        if (byName.isPresent() || !spec.format().mayBeShard(file.getName())) {
            return byName.filter(format -> format == wanted).isPresent();
        }
        return ShardFormat.byContent(new ShardFile(file.toString(), length, 0), configuration)
                .filter(format -> format == wanted)
                .isPresent();
    }

    private Optional<Path> first(long entriesOfDirectory, InputKind kind) throws IOException {
        for (String input : spec.inputs()) {
            for (FileStatus root : inputs.roots(input)) {
                Path path = root.getPath();
                if (root.isFile() && kind.matches(path, root.getLen())) {
                    return Optional.of(path);
                }
                if (root.isDirectory()) {
                    Optional<Path> within = within(path, entriesOfDirectory, kind);
                    if (within.isPresent()) {
                        return within;
                    }
                }
            }
        }
        return Optional.empty();
    }

    private Optional<Path> within(Path directory, long entries, InputKind kind) throws IOException {
        Optional<List<FileEntry>> delta = DeltaLog.files(directory, configuration);
        if (delta.isPresent()) {
            return delta.get().stream()
                    .map(file -> new Path(file.path()))
                    .findFirst()
                    .filter(file -> entries > 0);
        }
        if (entries == 0) {
            return Optional.empty();
        }
        DirectoryWalk walk = new DirectoryWalk(directory, directory, rules, configuration);
        for (long seen = 0; seen < entries && walk.hasNext(); seen++) {
            FileEntry file = walk.next().file();
            if (file != null && file.problem() == null && kind.matches(new Path(file.path()), file.length())) {
                return Optional.of(new Path(file.path()));
            }
        }
        return Optional.empty();
    }
}
