package dev.cardinal.job.source;

import dev.cardinal.job.source.FoundImages.Repeats;
import dev.cardinal.udf.RecordFields;
import dev.cardinal.udf.shard.ParquetColumns;
import dev.cardinal.udf.shard.ShardFormat;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Images wherever they lie: in files of their own below directories of any Hadoop file system, in archives, in tables, or where a
 * manifest says.
 *
 * <p>Every regular file is a row, whatever it is called; Spark's own lister would drop names that begin with an underscore.
 * Names that begin with a dot are passed over and counted. Lives on the driver.
 */
public final class ImageSource {
    private static final int SLICES_PER_CORE = 4;

    private final SourceSpec spec;
    private final Configuration configuration;
    private final Inputs inputs;

    public ImageSource(SourceSpec spec, Configuration configuration) {
        this.spec = spec;
        this.configuration = configuration;
        this.inputs = new Inputs(configuration);
    }

    /**
     * Checks that the glob is one.
     *
     * @throws CardinalException if it is not
     */
    public void requireGlob() {
        new IncludeGlob(spec.include());
    }

    /**
     * Checks that an input exists.
     *
     * @throws CardinalException if it does not
     * @throws IOException if its file system fails
     */
    public void require(String input) throws IOException {
        inputs.roots(input);
    }

    /**
     * Whether an input takes in what lies in a directory, now or once the directory is there.
     *
     * @param directory fully qualified
     * @throws CardinalException if the input is no path
     * @throws IOException if the input's file system fails
     */
    public boolean covers(String input, Path directory) throws IOException {
        return inputs.covers(input, directory);
    }

    /**
     * The fields that are read of records and tables.
     *
     * @throws CardinalException if a table of the inputs has no column that is asked for
     * @throws IOException if a file system fails
     */
    public RecordFields recordFields() throws IOException {
        FieldNames names = spec.fields();
        boolean isManifest = spec.format() == InputFormat.MANIFEST;
        Optional<Path> table = isManifest ? Optional.empty() : firstTable();
        if (table.isEmpty() && !names.keep().isEmpty()) {
            throw CardinalException.usage("--keep " + String.join(",", names.keep())
                    + " names columns of Parquet tables of images, and the inputs hold none");
        }
        if (isManifest) {
            return RecordFields.usual();
        }
        RecordFields fields = new RecordFields(names.image(), names.label(), names.key(), List.of());
        if (table.isEmpty()) {
            return fields;
        }
        ParquetColumns.requireImages(configuration, table.get(), fields);
        List<StructField> keep = ParquetColumns.keep(configuration, table.get(), names.keep());
        return new RecordFields(names.image(), names.label(), names.key(), keep);
    }

    /** A table that must be as the user says: one that is an input, or the first one where columns of it are to be kept. */
    private Optional<Path> firstTable() throws IOException {
        boolean isAsked = !spec.fields().keep().isEmpty() || spec.format() == InputFormat.PARQUET;
        for (String input : spec.inputs()) {
            for (FileStatus root : inputs.roots(input)) {
                if (root.isFile() && isTable(root.getPath())) {
                    return Optional.of(root.getPath());
                }
                if (root.isDirectory() && isAsked) {
                    Path path = root.getPath();
                    DirectoryWalk walk = new DirectoryWalk(path, path, new IncludeGlob(spec.include()), configuration);
                    while (walk.hasNext()) {
                        FileEntry file = walk.next().file();
                        if (file != null && isTable(new Path(file.path()))) {
                            return Optional.of(new Path(file.path()));
                        }
                    }
                }
            }
        }
        return Optional.empty();
    }

    private boolean isTable(Path file) {
        return spec.format()
                .shardFormat(file.getName())
                .filter(format -> format == ShardFormat.PARQUET)
                .isPresent();
    }

    /**
     * Finds every image of the inputs.
     *
     * @param fields of records and tables
     * @param shared the configuration for executors
     * @throws CardinalException if an input does not exist
     * @throws IOException if a file system fails
     */
    public FoundImages find(SparkSession spark, RecordFields fields, Broadcast<SerializableConfiguration> shared)
            throws IOException {
        JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        Lister lister = new Lister(context, configuration, shared, spec.include());
        JavaRDD<Listed> manifests = context.emptyRDD();
        int trees = 0;
        Repeats repeats = Repeats.IMPOSSIBLE;
        for (String input : spec.inputs()) {
            for (FileStatus root : inputs.roots(input)) {
                boolean isManifest = isManifest(input, root);
                if (++trees > 1 || isManifest) {
                    repeats = Repeats.POSSIBLE;
                }
                if (isManifest) {
                    manifests = manifests.union(entries(spark, shared, root.getPath()));
                } else {
                    lister.add(input, root);
                }
            }
        }
        JavaRDD<Listed> all = manifests.union(lister.listed());
        if (spec.format() == InputFormat.FILES) {
            return FoundImages.of(spark, all.flatMap(new IndexFile(spec.truthFrom())), repeats, List.of());
        }
        return withShards(spark, all, repeats, new IndexShard(spec.format(), spec.truthFrom(), fields, shared));
    }

    /** Shards are dealt out again, since one takes longer to look into than many files take to list. */
    private FoundImages withShards(SparkSession spark, JavaRDD<Listed> listed, Repeats repeats, IndexShard index) {
        InputFormat format = spec.format();
        listed.persist(StorageLevel.MEMORY_AND_DISK_SER());
        JavaRDD<Row> rows = listed.filter(each -> !each.isShard(format)).flatMap(new IndexFile(spec.truthFrom()));
        JavaRDD<FileEntry> shards = listed.filter(each -> each.isShard(format)).map(Listed::file);
        long count = shards.count();
        if (count > 0) {
            int slices = (int) Math.min(count, (long) spark.sparkContext().defaultParallelism() * SLICES_PER_CORE);
            rows = rows.union(shards.repartition(slices).flatMap(index));
        }
        return FoundImages.of(spark, rows, repeats, List.of(listed));
    }

    /** Whether an input is a list of images: as the user says, or when it is a file that is named itself. */
    private boolean isManifest(String input, FileStatus root) throws IOException {
        if (spec.format() == InputFormat.MANIFEST) {
            if (root.isDirectory()) {
                throw CardinalException.input(
                        "input " + input + " is a directory, not a manifest: name the file, or " + input + "/*");
            }
            return true;
        }
        return spec.format() == InputFormat.AUTO
                && root.isFile()
                && Manifest.isNamedLikeOne(root.getPath().getName())
                && inputs.names(input, root.getPath());
    }

    private JavaRDD<Listed> entries(SparkSession spark, Broadcast<SerializableConfiguration> shared, Path manifest)
            throws IOException {
        int slices = spark.sparkContext().defaultParallelism() * SLICES_PER_CORE;
        return new Manifest(spark, configuration, spec.fields())
                .entries(manifest)
                .repartition(slices)
                .mapPartitions(new EntryFiles(manifest.getParent().toString(), spec.include(), shared));
    }
}
