package dev.cardinal.job.export;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import dev.cardinal.job.common.AtomicFiles;
import dev.cardinal.job.common.JobNames;
import dev.cardinal.job.common.JsonMappers;
import dev.cardinal.job.export.ExportOptions.SoftLabels;
import dev.cardinal.job.export.SamplePlan.ShardCounts;
import dev.cardinal.job.label.Predictions;
import dev.cardinal.job.label.RunLock;
import dev.cardinal.udf.fetch.RecordFields;
import dev.cardinal.udf.fs.UserPaths;
import dev.cardinal.zoo.CardinalException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;
import scala.Tuple2;

/** One run of an export, which holds the lock of its output. Lives on the driver; not thread-safe. */
final class ExportRun {
    /** Images that are read first, to find out how large samples are. */
    private static final int MEASURED = 256;

    private static final String PATH = "path";

    private final SparkSession spark;
    private final ExportOptions options;
    private final ExportLayout layout;
    private final FileSystem fileSystem;
    private final Configuration configuration;
    private final JavaSparkContext context;
    private final Broadcast<SerializableConfiguration> shared;
    private final JobNames names;
    private final RunLock lock;
    private final SelectionTables selection;
    private final Optional<Predictions> teacher;
    private final List<String> labels;
    private final long start = System.nanoTime();

    ExportRun(
            SparkSession spark,
            ExportRequest request,
            ExportLayout layout,
            FileSystem fileSystem,
            JavaSparkContext context,
            Broadcast<SerializableConfiguration> shared,
            JobNames names,
            RunLock lock)
            throws IOException {
        this.spark = spark;
        this.options = request.options();
        this.layout = layout;
        this.fileSystem = fileSystem;
        this.configuration = context.hadoopConfiguration();
        this.context = context;
        this.shared = shared;
        this.names = names;
        this.lock = lock;
        this.selection = SelectionTables.open(request.selection(), configuration);
        this.teacher = teacher(request);
        this.labels = selection.labels(spark);
    }

    /** Returns the predictions for soft labels, with what they contain. */
    private Optional<Predictions> teacher(ExportRequest request) throws IOException {
        Optional<Predictions> opened = ExportJob.teacher(request, selection, configuration);
        if (opened.isEmpty() || !opened.get().isExternal()) {
            return opened;
        }
        Predictions verified = opened.get().verified(spark);
        ExportJob.requireLogits(request.options().samples().softLabels(), verified);
        return Optional.of(verified);
    }

    ExportResult run() throws IOException {
        names.step("reading the selection");
        Dataset<Row> rows = selection.rows(spark);
        ExportParameters parameters = ExportParameters.of(
                options,
                selection,
                SelectionTables.fingerprint(rows),
                teacher.map(Predictions::recordedDirectories).orElse(List.of()));
        parameters.requireSameOrWrite(layout, fileSystem, configuration);
        Set<String> done = completed();
        Optional<ShardCounts> counts = shardCounts();
        boolean isComplete =
                counts.isPresent() && counts.get().shards().stream().allMatch(shard -> done.contains(shard.file()));
        if (!isComplete) {
            fileSystem.delete(new Path(layout.root(), ExportLayout.MANIFEST), false);
            ShardCounts planned = plan(rows, counts);
            writeShards(planned, done);
            counts = Optional.of(planned);
        }
        return finish(parameters, counts.orElseThrow(), done.size());
    }

    /** Returns the names of shards that are recorded and exist with the recorded size. */
    private Set<String> completed() throws IOException {
        List<String> records = new ArrayList<>();
        for (FileStatus file : fileSystem.listStatus(layout.records())) {
            if (file.getPath().getName().endsWith(".json")
                    && !file.getPath().getName().startsWith(".")) {
                records.add(file.getPath().getName());
            }
        }
        ExportLayout here = layout;
        Broadcast<SerializableConfiguration> hadoop = shared;
        return context
                .parallelize(records, slices(records.size()))
                .filter(name -> ShardRecords.isWhole(here, name, hadoop.value().value()))
                .map(name -> name.substring(0, name.length() - ".json".length()))
                .collect()
                .stream()
                .collect(Collectors.toSet());
    }

    private static int slices(int items) {
        return Math.max(1, Math.min(items, 64));
    }

    private Optional<ShardCounts> shardCounts() throws IOException {
        try (InputStream in = fileSystem.open(layout.shardCounts())) {
            return Optional.of(JsonMappers.RECORDS.readValue(in, ShardCounts.class));
        } catch (FileNotFoundException e) {
            return Optional.empty();
        }
    }

    /** Writes the plan unless an earlier run has, and returns the numbers of shards. */
    private ShardCounts plan(Dataset<Row> rows, Optional<ShardCounts> counts) throws IOException {
        if (counts.isPresent() && fileSystem.exists(new Path(layout.plan(), "_SUCCESS.cardinal"))) {
            return counts.get();
        }
        fileSystem.delete(layout.work(), true);
        fileSystem.mkdirs(layout.work());
        RecordFields fields = fields();
        names.step("finding images in archives");
        Optional<Dataset<Row>> places = places(rows, fields);
        SamplePlan plan = SamplePlan.of(rows, options);
        if (plan.size() == 0) {
            throw CardinalException.input("selection " + selection.directory() + " has no images");
        }
        names.step("measuring images");
        ShardCounts shards = counts.isPresent() ? counts.get() : plan.shards(meanBytes(plan, places, fields));
        names.step("planning shards");
        Dataset<Row> samples = withPlaces(plan.samples(shards, spark), places);
        if (teacher.isPresent()) {
            samples = withSoftLabels(samples, teacher.get());
        }
        samples.write().mode("overwrite").parquet(layout.plan().toString());
        requireSoftLabels();
        AtomicFiles.write(new Path(layout.plan(), "_SUCCESS.cardinal"), new byte[0], configuration);
        AtomicFiles.write(layout.shardCounts(), JsonMappers.RECORDS.writeValueAsBytes(shards), configuration);
        return shards;
    }

    private RecordFields fields() {
        return new RecordFields(options.reading().imageField().orElse(null), null, null, List.of());
    }

    private Optional<Dataset<Row>> places(Dataset<Row> rows, RecordFields fields) {
        Dataset<Row> paths = ArchivePlaces.paths(rows);
        if (paths.isEmpty()) {
            return Optional.empty();
        }
        Dataset<Row> found = ArchivePlaces.of(paths, options.reading(), shared, spark);
        String listed = layout.places() + "-listed";
        found.write().mode("overwrite").parquet(listed);
        CopiedImages.of(read(listed), layout, fields, shared, spark)
                .write()
                .mode("overwrite")
                .parquet(layout.places().toString());
        return Optional.of(read(layout.places().toString()));
    }

    private Dataset<Row> read(String table) {
        return spark.read().parquet(UserPaths.escapeGlob(table));
    }

    private Dataset<Row> withPlaces(Dataset<Row> samples, Optional<Dataset<Row>> places) {
        if (places.isPresent()) {
            return samples.join(places.get(), new String[] {PATH}, "left");
        }
        return samples.withColumn("file", lit(null).cast("string"))
                .withColumn("container", lit(null).cast("string"))
                .withColumn("position", lit(null).cast("bigint"))
                .withColumn("length", lit(null).cast("bigint"))
                .withColumn("problem", lit(null).cast("string"));
    }

    private Dataset<Row> withSoftLabels(Dataset<Row> samples, Predictions predictions) throws IOException {
        String column = options.samples().softLabels() == SoftLabels.LOGITS ? Predictions.LOGITS : "predictions";
        return samples.join(
                predictions.rows(spark).select(col("path"), col(column).as("soft")), new String[] {PATH}, "left");
    }

    private void requireSoftLabels() {
        if (teacher.isEmpty()) {
            return;
        }
        List<Row> without = read(layout.plan().toString())
                .filter(col("soft").isNull())
                .select("path")
                .limit(1)
                .collectAsList();
        if (!without.isEmpty()) {
            throw CardinalException.input("predictions "
                    + String.join(", ", teacher.get().directories())
                    + " have no predictions for the selected image "
                    + without.get(0).getString(0)
                    + "; name the table that the selection was made from");
        }
    }

    /** Returns the mean size of some images as they will be written. */
    private double meanBytes(SamplePlan plan, Optional<Dataset<Row>> places, RecordFields fields) {
        List<TrainingSample.ImagePlace> some = withPlaces(plan.some(MEASURED), places).collectAsList().stream()
                .map(PlanRows::place)
                .toList();
        MeasuredImages measuring = new MeasuredImages(options.reencode().orElse(null), fields, shared);
        List<Long> sizes = context.parallelize(some, slices(some.size() / 16))
                .mapPartitions(measuring)
                .collect();
        return sizes.stream().mapToLong(size -> size).average().orElse(1);
    }

    private void writeShards(ShardCounts counts, Set<String> done) {
        List<ShardName> pending = counts.shards().stream()
                .filter(shard -> !done.contains(shard.file()))
                .toList();
        names.step("writing shards");
        PlanRows rows = new PlanRows(pending, labels, options.samples());
        ShardTask task =
                new ShardTask(layout, pending, labels, options.reencode().orElse(null), fields(), shared);
        read(layout.plan().toString())
                .javaRDD()
                .filter(rows::holds)
                .mapToPair(rows)
                .repartitionAndSortWithinPartitions(new SampleKey.ByShard(pending.size()))
                .values()
                .mapPartitionsWithIndex(task, true)
                .collect();
    }

    private ExportResult finish(ExportParameters parameters, ShardCounts counts, int reused) throws IOException {
        names.step("writing the manifest");
        List<ShardName> shards = counts.shards();
        ExportLayout here = layout;
        Broadcast<SerializableConfiguration> hadoop = shared;
        JavaRDD<ShardRecord> records = context.parallelize(shards, slices(shards.size()))
                .map(shard ->
                        ShardRecords.read(here.record(shard), hadoop.value().value()));
        List<ShardRecord> summaries = records.map(ShardRecord::summary).collect();
        Map<String, Map<Integer, Long>> classes = records.mapToPair(
                        record -> new Tuple2<>(record.split(), record.classes()))
                .reduceByKey(ShardRecord::sum)
                .collectAsMap();
        lock.requireHeld();
        ExportManifest manifest = ExportManifest.of(parameters, selection.models(), labels, summaries, classes);
        writeMissing(records.flatMap(record -> record.missing().iterator()), manifest.missing());
        AtomicFiles.write(
                new Path(layout.root(), ExportLayout.CLASSES),
                (String.join("\n", labels) + "\n").getBytes(StandardCharsets.UTF_8),
                configuration);
        AtomicFiles.write(
                new Path(layout.root(), ExportLayout.MANIFEST),
                JsonMappers.RECORDS.writeValueAsBytes(manifest),
                configuration);
        fileSystem.delete(layout.work(), true);
        long planned = manifest.samples() + manifest.missing();
        return new ExportResult(
                manifest.samples(),
                shards.size(),
                reused,
                summaries.stream()
                        .mapToLong(each -> each.bytes() + each.bytesOutside())
                        .sum(),
                manifest.missing(),
                summaries.stream()
                        .flatMap(each -> each.missing().stream())
                        .limit(3)
                        .map(each -> each.path() + " (" + each.reason() + ")")
                        .toList(),
                manifest.missing() > options.maxMissing() * planned,
                (System.nanoTime() - start) / 1e9);
    }

    private void writeMissing(JavaRDD<ShardRecord.Missing> missing, long count) throws IOException {
        Path file = new Path(layout.root(), ExportLayout.MISSING);
        if (count == 0) {
            fileSystem.delete(file, false);
            return;
        }
        try (OutputStream out = fileSystem.create(file, true)) {
            for (Iterator<ShardRecord.Missing> each = missing.toLocalIterator(); each.hasNext(); ) {
                out.write(ShardRecords.line(each.next()));
            }
        }
    }
}
