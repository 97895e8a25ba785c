package dev.cardinal.job.source;

import dev.cardinal.job.source.ImageListing.Repeats;
import dev.cardinal.udf.fetch.RecordFields;
import dev.cardinal.udf.shard.ParquetColumns;
import dev.cardinal.udf.shard.TfRecordFields;
import dev.cardinal.udf.task.PackedValues;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.util.SerializableConfiguration;

/**
 * A source of images: files below directories of any Hadoop file system, archives, tables, or the files that a manifest lists.
 *
 * <p>Every regular file is a row, whatever its name; Spark's own lister would drop names that begin with an underscore.
 * Hidden files, other programs' bookkeeping and the other cases of {@link dev.cardinal.udf.fetch.SkipReason} are skipped and
 * counted. Lives on the driver; not thread-safe.
 */
public final class ImageSource {
    /** Entries of a manifest that stay in one partition. */
    private static final int ENTRIES_TOGETHER = 16;

    private static final int SLICES_PER_CORE = 4;
    /** Number of entries that the driver holds, so that a small run needs no Spark jobs to sort them; about 3 MB. */
    private static final int FEW = 10_000;
    /** Names of files that list images in a way that is not read. */
    private static final Pattern OTHER_LIST = Pattern.compile("(?i).*\\.(xlsx?|ods|ya?ml|toml)");

    private final SourceSpec spec;
    private final Configuration configuration;
    private final Inputs inputs;
    private final Manifest manifest;
    private final FileRules rules;
    private final TruthSource truth;
    private final List<String> notes = new ArrayList<>();

    public ImageSource(SourceSpec spec, Configuration configuration) {
        this.spec = spec;
        this.configuration = configuration;
        this.inputs = new Inputs(configuration);
        this.manifest = new Manifest(configuration, spec.fields());
        this.rules = new FileRules(spec.include(), spec.sidecars());
        this.truth = new TruthSource(spec.truthFrom(), spec.fields().label());
    }

    /**
     * Checks that the glob is valid.
     *
     * @throws CardinalException if it is not
     */
    public void requireGlob() {
        new IncludeGlob(spec.include());
    }

    /**
     * Checks that an input exists and, if it is a list, that at least one of the first files that it names exists.
     *
     * @throws CardinalException if not
     * @throws IOException if its file system fails
     */
    public void require(String input) throws IOException {
        for (FileStatus root : inputs.roots(input)) {
            boolean isOtherList = spec.format() == InputFormat.AUTO
                    && root.isFile()
                    && OTHER_LIST.matcher(root.getPath().getName()).matches()
                    && inputs.names(input, root.getPath());
            if (isOtherList) {
                throw CardinalException.input(
                        "input " + input + " is neither an image nor a list that is read: name the"
                                + " directory of the images, or write a list as CSV, JSON Lines or one path per line");
            }
            if (isManifest(input, root)) {
                manifest.require(root.getPath());
            }
        }
    }

    /**
     * Returns whether an input contains a directory, or will contain it once the directory exists.
     *
     * @param directory fully qualified
     * @throws CardinalException if the input is not a valid path
     * @throws IOException if the input's file system fails
     */
    public boolean covers(String input, Path directory) throws IOException {
        return inputs.covers(input, directory);
    }

    /**
     * Returns the fields to read from records and tables.
     *
     * @throws CardinalException if a table of the inputs lacks a requested column, or the records of the first TFRecord file have
     *     no image
     * @throws IOException if a file system fails
     */
    public RecordFields recordFields() throws IOException {
        FieldNames names = spec.fields();
        if (spec.format() == InputFormat.MANIFEST) {
            requireNothingKept();
            return RecordFields.usual();
        }
        RecordFields fields = new RecordFields(names.image(), names.label(), names.key(), List.of());
        FirstFiles first = new FirstFiles(spec, inputs, rules, configuration);
        Optional<Path> records = first.tfRecord();
        if (records.isPresent()) {
            TfRecordFields.requireImage(configuration, records.get(), fields);
        }
        Optional<Path> table = first.table();
        if (table.isPresent()) {
            ParquetColumns.requireImages(configuration, table.get(), fields).ifPresent(notes::add);
            return fields.withKeep(ParquetColumns.keep(configuration, table.get(), names.keep()));
        }
        if (names.keep().isEmpty()) {
            return fields;
        }
        Optional<Path> image = first.partitioned();
        if (image.isEmpty()) {
            requireNothingKept();
        }
        return fields.withKeep(ParquetColumns.keepPartitions(image.orElseThrow(), names.keep()));
    }

    private void requireNothingKept() {
        if (!spec.fields().keep().isEmpty()) {
            throw CardinalException.usage(
                    "--keep " + String.join(",", spec.fields().keep())
                            + " names columns of Parquet tables of images, and the inputs contain no such table");
        }
    }

    /** Returns notes about the inputs for the user that are not errors; known after the fields have been checked. */
    public List<String> notes() {
        return List.copyOf(notes);
    }

    /**
     * Finds every image of the inputs.
     *
     * @param fields fields of records and tables
     * @param shared the configuration for executors
     * @throws CardinalException if an input does not exist
     * @throws IOException if a file system fails
     */
    public ImageListing find(SparkSession spark, RecordFields fields, Broadcast<SerializableConfiguration> shared)
            throws IOException {
        JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        Lister lister = new Lister(context, configuration, shared, rules);
        JavaRDD<ListingEntry> manifests = context.emptyRDD();
        int trees = 0;
        Repeats repeats = Repeats.IMPOSSIBLE;
        for (String input : spec.inputs()) {
            List<FileStatus> others = new ArrayList<>();
            for (FileStatus root : inputs.roots(input)) {
                boolean isManifest = isManifest(input, root);
                if (++trees > 1 || isManifest) {
                    repeats = Repeats.POSSIBLE;
                }
                if (isManifest) {
                    manifests = manifests.union(entries(spark, shared, root.getPath()));
                } else {
                    others.add(root);
                }
            }
            lister.add(input, others);
        }
        JavaRDD<ListingEntry> all = manifests.union(lister.listed());
        if (spec.format() == InputFormat.FILES) {
            return ImageListing.of(spark, all.flatMap(new FileToRow(truth)), repeats, List.of());
        }
        return withShards(spark, all, repeats, new ShardToRows(spec, truth, fields, shared));
    }

    /** Holds few files on the driver. Redistributes shards, because reading the index of one shard takes longer than listing many files. */
    private ImageListing withShards(SparkSession spark, JavaRDD<ListingEntry> all, Repeats repeats, ShardToRows index) {
        InputFormat format = spec.format();
        JavaRDD<byte[]> stored = PackedValues.packed(all).persist(StorageLevel.MEMORY_AND_DISK());
        JavaRDD<ListingEntry> listed = PackedValues.unpacked(stored);
        JavaRDD<Row> rows = listed.filter(each -> !each.isShard(format)).flatMap(new FileToRow(truth));
        long[] sizes = listed.aggregate(
                new long[2],
                (sums, each) -> plus(sums, new long[] {1, each.isShard(format) ? 1 : 0}),
                ImageSource::plus);
        long shards = sizes[1];
        if (shards > 0) {
            JavaRDD<FileEntry> files =
                    listed.filter(each -> each.isShard(format)).map(ListingEntry::file);
            int slices = (int) Math.min(shards, (long) spark.sparkContext().defaultParallelism() * SLICES_PER_CORE);
            rows = rows.union(PackedValues.repartition(files, slices, 1).flatMap(index));
        } else if (sizes[0] <= FEW) {
            List<Row> few = PackedValues.collect(rows);
            stored.unpersist();
            return ImageListing.ofFew(spark, few, repeats);
        }
        return ImageListing.of(spark, rows, repeats, List.of(stored));
    }

    private static long[] plus(long[] sums, long[] others) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] += others[i];
        }
        return sums;
    }

    /** Returns whether an input is a list of images: by the given format, or by its name if the input is a single file. */
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

    private JavaRDD<ListingEntry> entries(SparkSession spark, Broadcast<SerializableConfiguration> shared, Path list)
            throws IOException {
        int slices = spark.sparkContext().defaultParallelism() * SLICES_PER_CORE;
        return PackedValues.repartition(manifest.entries(list, spark, shared), slices, ENTRIES_TOGETHER)
                .mapPartitions(new ManifestResolver(list.getParent().toString(), spec.include(), shared));
    }
}
