package dev.cardinal.job.label;

import static org.apache.spark.sql.functions.col;

import dev.cardinal.job.common.AtomicFiles;
import dev.cardinal.job.label.ReplacementLog.Phase;
import dev.cardinal.job.label.ReplacementLog.Replacement;
import dev.cardinal.job.label.TableFiles.TableFile;
import dev.cardinal.udf.fs.FileSystems;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.CommonPathCapabilities;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.MultipartUploader;
import org.apache.hadoop.fs.Options.Rename;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.util.functional.FutureIO;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;
import org.jspecify.annotations.Nullable;
import scala.Tuple2;

/**
 * Rows as Parquet files, flat in a directory. A commit writes its files below {@code _cardinal/staging}, checks the lock, and moves them
 * into the directory, so that readers of the directory see whole files only.
 *
 * <p>Tasks that label are many and small, so their rows are shuffled to a few writers: as many as {@link FileSize} says. To replace
 * rows, every file that holds some of them is written anew and moved over the old one, one file after the other; each move is
 * atomic. Compaction replaces several files by one, with a {@link ReplacementLog}.
 */
final class ParquetRowStore implements RowStore {
    private static final String PATH = "path";
    private static final String META = "_cardinal";
    private static final String STAGING = META + "/staging";
    private static final String TEMPORARY = "_temporary";
    private static final String MAGIC_PREFIX = "__magic";
    /** Number of files from which on executors count the rows. */
    private static final int MANY_FILES = 16;

    private final Configuration configuration;
    private final FileSystem fileSystem;
    private final Path directory;
    private final StagedWriter writer;
    private final TableFiles known;
    private final ReplacementLog replacements;
    private final boolean isObjectStore;
    /** Types of the rows when they were last read. */
    private volatile @Nullable StructType stored;

    /** Creates a store for a fully qualified directory, which need not exist. */
    ParquetRowStore(Path directory, Configuration configuration) throws IOException {
        this.configuration = configuration;
        // Checksum files in the table's directory would stop other programs from reading it.
        this.fileSystem = FileSystems.fileSystem(directory, configuration);
        this.directory = directory;
        this.writer = new StagedWriter(fileSystem, directory);
        this.known = new TableFiles(new Path(directory, META + "/files.json"), configuration);
        this.replacements = new ReplacementLog(new Path(directory, META + "/replacement.json"), configuration);
        this.isObjectStore = fileSystem.hasPathCapability(directory, AtomicFiles.OBJECT_STORE);
    }

    /** Returns the files that are the table, in no particular order. */
    List<FileStatus> files() throws IOException {
        return unchanged(replacement -> TableFiles.list(fileSystem, directory).stream()
                .filter(file -> replacement
                        .filter(pending -> pending.hides(file.getPath().getName()))
                        .isEmpty())
                .toList());
    }

    @Override
    public Optional<Dataset<Row>> rows(SparkSession spark) throws IOException {
        return files().isEmpty() ? Optional.empty() : Optional.of(read(spark.read()));
    }

    /** Reads the table's files; they are listed now. */
    Dataset<Row> read(DataFrameReader reader) throws IOException {
        Dataset<Row> rows = unchanged(replacement -> {
            boolean isPending = replacement.filter(Replacement::isPending).isPresent();
            return ParquetRows.read(
                    reader,
                    isPending
                            ? files().stream()
                                    .map(file -> file.getPath().toString())
                                    .toList()
                            : List.of(directory.toString()));
        });
        stored = rows.schema();
        return rows;
    }

    /**
     * Returns rows in the types of the rows that were read before: if another program has made the types wider, all files keep
     * them, because Spark reads a directory in the types of one file.
     */
    private Dataset<Row> inStoredTypes(Dataset<Row> rows) {
        StructType types = stored;
        if (types == null) {
            return rows;
        }
        List<String> names = Arrays.asList(types.fieldNames());
        return rows.select(Arrays.stream(rows.schema().fields())
                .map(field -> names.contains(field.name())
                                && !isSame(
                                        field.dataType(),
                                        types.apply(field.name()).dataType())
                        ? col(field.name())
                                .cast(types.apply(field.name()).dataType())
                                .as(field.name())
                        : col(field.name()))
                .toArray(Column[]::new));
    }

    private static boolean isSame(DataType one, DataType other) {
        return one.catalogString().equals(other.catalogString());
    }

    /** Lists files. */
    private interface Listing<T> {
        T list(Optional<Replacement> replacement) throws IOException;
    }

    /** Repeats a listing until no replacement has changed while it was made. */
    private <T> T unchanged(Listing<T> listing) throws IOException {
        while (true) {
            Optional<Replacement> before = replacements.read();
            T listed = listing.list(before);
            if (replacements.read().equals(before)) {
                return listed;
            }
        }
    }

    @Override
    public Map<String, Long> totals(SparkSession spark) throws IOException {
        return TableFiles.total(known(spark));
    }

    /** Returns every file by name; counts the rows of files that are not known, and keeps the numbers. The lock must be held. */
    synchronized Map<String, TableFile> known(SparkSession spark) throws IOException {
        List<FileStatus> files = files();
        Map<String, TableFile> entries = known.valid(files);
        if (entries.size() < files.size()) {
            List<FileStatus> unknown = files.stream()
                    .filter(file -> !entries.containsKey(file.getPath().getName()))
                    .toList();
            Map<String, Map<String, Long>> counted = count(unknown, spark);
            unknown.forEach(file -> {
                String name = file.getPath().getName();
                entries.put(name, TableFiles.entry(file, counted.getOrDefault(name, Map.of())));
            });
            known.write(entries);
        }
        return entries;
    }

    private Map<String, Map<String, Long>> count(List<FileStatus> files, SparkSession spark) throws IOException {
        Map<String, Map<String, Long>> counts = new TreeMap<>();
        if (files.size() < MANY_FILES) {
            for (FileStatus file : files) {
                counts.put(file.getPath().getName(), FileSummary.counts(file.getPath(), configuration));
            }
            return counts;
        }
        JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        Broadcast<SerializableConfiguration> shared = context.broadcast(new SerializableConfiguration(configuration));
        List<String> paths =
                files.stream().map(file -> file.getPath().toString()).toList();
        context.parallelize(paths, Math.min(paths.size(), 4 * context.defaultParallelism()))
                .map(path -> new Tuple2<>(
                        new Path(path).getName(),
                        FileSummary.counts(new Path(path), shared.value().value())))
                .collect()
                .forEach(each -> counts.put(each._1(), each._2()));
        shared.destroy();
        return counts;
    }

    /** Removes what commits left that did not end, here and in tables of older versions. */
    @Override
    public void recover() throws IOException {
        Optional<Replacement> pending = replacements.read().filter(Replacement::isPending);
        if (pending.isPresent()) {
            finish(pending.get());
        }
        fileSystem.delete(new Path(directory, STAGING), true);
        for (FileStatus entry : entries()) {
            String name = entry.getPath().getName();
            if (name.equals(TEMPORARY)
                    || name.startsWith(MAGIC_PREFIX)
                    || (name.startsWith(".") && name.endsWith(".crc"))) {
                fileSystem.delete(entry.getPath(), true);
            }
        }
        if (isObjectStore) {
            abortUploads();
        }
    }

    /** Completes a replacement whose new files are the table, or undoes it. */
    private void finish(Replacement replacement) throws IOException {
        for (String name : replacement.phase() == Phase.REMOVING ? replacement.removed() : replacement.added()) {
            fileSystem.delete(new Path(directory, name), false);
        }
        replacements.write(replacement.in(Phase.DONE));
    }

    private FileStatus[] entries() throws IOException {
        try {
            return fileSystem.listStatus(directory);
        } catch (FileNotFoundException e) {
            return new FileStatus[0];
        }
    }

    /** Incomplete uploads would be stored, and paid for, forever. */
    private void abortUploads() throws IOException {
        if (!fileSystem.hasPathCapability(directory, CommonPathCapabilities.FS_MULTIPART_UPLOADER)) {
            return;
        }
        try (MultipartUploader uploader =
                fileSystem.createMultipartUploader(directory).build()) {
            FutureIO.awaitFuture(uploader.abortUploadsUnderPath(directory));
        } catch (CompletionException e) {
            throw new IOException("cannot abort the uploads below " + directory, e);
        }
    }

    /**
     * Shuffles rows to as many writers as they need. The writer of a row depends on its path alone, so that a task that runs again after
     * its executor was lost gives every row to the same writer.
     */
    @Override
    public Commit append(Dataset<Row> rows, long images, RunLock lock) throws IOException {
        int files = FileSize.files(images, bytesPerRow(rows));
        return appendAsIs(inStoredTypes(rows).repartition(files, col(PATH)), lock);
    }

    private synchronized long bytesPerRow(Dataset<Row> rows) throws IOException {
        return FileSize.bytesPerRow(known.valid(files()).values(), rows.schema());
    }

    /** Appends rows in a file for each of their partitions. */
    Commit appendAsIs(Dataset<Row> rows, RunLock lock) throws IOException {
        Path staging = staging();
        writer.write(rows, staging);
        Commit commit = publish(staging, lock);
        fileSystem.delete(staging, true);
        return commit;
    }

    private Path staging() {
        return new Path(directory, STAGING + "/" + UUID.randomUUID());
    }

    private Commit publish(Path staging, RunLock lock) throws IOException {
        StatusSummary summary = StatusSummary.empty();
        Map<String, Map<String, Long>> counts = new TreeMap<>();
        List<FileStatus> staged = TableFiles.list(fileSystem, staging);
        for (FileStatus file : staged) {
            StatusSummary ofFile = FileSummary.of(file.getPath(), configuration);
            counts.put(file.getPath().getName(), ofFile.counts());
            summary = summary.plus(ofFile);
        }
        synchronized (this) {
            lock.requireHeld();
            for (FileStatus file : staged) {
                rename(file.getPath(), new Path(directory, file.getPath().getName()));
            }
            remember(counts);
        }
        return new Commit(summary, Map.of());
    }

    private void rename(Path source, Path target) throws IOException {
        if (!fileSystem.rename(source, target)) {
            throw new IOException("cannot move " + source + " to " + target);
        }
    }

    /** Keeps the counts of files that were just published. */
    private void remember(Map<String, Map<String, Long>> published) throws IOException {
        List<FileStatus> files = files();
        Map<String, TableFile> entries = known.valid(files);
        for (FileStatus file : files) {
            Optional.ofNullable(published.get(file.getPath().getName()))
                    .ifPresent(counts -> entries.put(file.getPath().getName(), TableFiles.entry(file, counts)));
        }
        known.write(entries);
    }

    @Override
    public Commit replace(Dataset<Row> rows, long images, RunLock lock) throws IOException {
        SparkSession spark = rows.sparkSession();
        Path labeled = staging();
        writer.write(rows.repartition(FileSize.files(images, bytesPerRow(rows)), col(PATH)), labeled);
        Commit commit = Commit.nothing();
        for (FileStatus file : TableFiles.list(fileSystem, labeled)) {
            commit = commit.plus(new Commit(FileSummary.of(file.getPath(), configuration), Map.of()));
        }
        Optional<Dataset<Row>> stored = rows(spark);
        if (stored.isPresent()) {
            Dataset<Row> updates = ParquetRows.read(spark.read(), List.of(labeled.toString()));
            Map<String, Map<String, Long>> replaced = replacedRows(stored.get(), updates);
            for (FileStatus file : files()) {
                Map<String, Long> ofFile = replaced.get(file.getPath().getName());
                if (ofFile != null) {
                    Dataset<Row> old = ParquetRows.read(
                            spark.read(), List.of(file.getPath().toString()));
                    rewrite(file, updated(old, updates), lock);
                    commit = commit.plus(new Commit(StatusSummary.empty(), ofFile));
                }
            }
        }
        fileSystem.delete(labeled, true);
        return commit;
    }

    /** Returns the number of rows that have an update, by name of their file and by status. */
    private static Map<String, Map<String, Long>> replacedRows(Dataset<Row> stored, Dataset<Row> updates) {
        Map<String, Map<String, Long>> replaced = new TreeMap<>();
        stored.select(col(PATH), col("status"), functions.input_file_name().as("file"))
                .join(updates.select(PATH), PATH)
                .groupBy("file", "status")
                .count()
                .collectAsList()
                .forEach(row -> replaced.computeIfAbsent(
                                new Path(URI.create(row.getString(0))).getName(), any -> new TreeMap<>())
                        .put(row.getString(1), row.getLong(2)));
        return replaced;
    }

    /**
     * Rewrites files into one.
     *
     * @param names names of the files
     */
    Commit merge(List<String> names, SparkSession spark, RunLock lock) throws IOException {
        List<String> paths =
                names.stream().map(name -> new Path(directory, name).toString()).toList();
        Path staging = staging();
        writer.write(ParquetRows.read(spark.read(), paths).coalesce(1), staging);
        Map<String, Map<String, Long>> counts = new TreeMap<>();
        for (FileStatus file : TableFiles.list(fileSystem, staging)) {
            counts.put(file.getPath().getName(), FileSummary.counts(file.getPath(), configuration));
        }
        synchronized (this) {
            requireSameRows(names, counts);
            lock.requireHeld();
            Replacement replacement = new Replacement(
                    UUID.randomUUID().toString(), Phase.ADDING, List.copyOf(counts.keySet()), List.copyOf(names));
            replacements.write(replacement);
            for (String name : counts.keySet()) {
                rename(new Path(staging, name), new Path(directory, name));
            }
            lock.requireHeld();
            replacements.write(replacement.in(Phase.REMOVING));
            finish(replacement.in(Phase.REMOVING));
            remember(counts);
        }
        fileSystem.delete(staging, true);
        return Commit.nothing();
    }

    private void requireSameRows(List<String> names, Map<String, Map<String, Long>> counts) throws IOException {
        Map<String, TableFile> entries = known.valid(files());
        entries.keySet().retainAll(names);
        long before = RunRecord.images(TableFiles.total(entries));
        long after = counts.values().stream().mapToLong(RunRecord::images).sum();
        if (entries.size() == names.size() && before != after) {
            throw new IllegalStateException(
                    before + " rows of " + names + " became " + after + "; the table was not changed");
        }
    }

    /** Returns a file's rows, those with an update in the form of the update. */
    private static Dataset<Row> updated(Dataset<Row> old, Dataset<Row> updates) {
        Column isUpdated = updates.col(PATH).isNotNull();
        List<String> available = Arrays.asList(updates.columns());
        List<Column> columns = new ArrayList<>();
        for (StructField field : old.schema().fields()) {
            columns.add(
                    available.contains(field.name())
                            ? functions
                                    .when(isUpdated, updates.col(field.name()).cast(field.dataType()))
                                    .otherwise(old.col(field.name()))
                                    .as(field.name())
                            : old.col(field.name()));
        }
        return old.join(updates, old.col(PATH).equalTo(updates.col(PATH)), "left_outer")
                .select(columns.toArray(Column[]::new))
                .coalesce(1);
    }

    /** Writes rows and moves their file over another. */
    private void rewrite(FileStatus file, Dataset<Row> rows, RunLock lock) throws IOException {
        Path staging = staging();
        writer.write(rows, staging);
        List<FileStatus> written = TableFiles.list(fileSystem, staging);
        if (written.size() != 1) {
            throw new IllegalStateException(written.size() + " files for one: " + staging);
        }
        Path replacement = written.get(0).getPath();
        Map<String, Long> counts = FileSummary.counts(replacement, configuration);
        synchronized (this) {
            lock.requireHeld();
            moveOver(replacement, file.getPath());
            remember(Map.of(file.getPath().getName(), counts));
        }
        fileSystem.delete(staging, true);
    }

    private void moveOver(Path source, Path target) throws IOException {
        if (isObjectStore) { // an object appears when its stream is closed; S3A does not rename over a file
            try (InputStream in = fileSystem.open(source);
                    OutputStream out = fileSystem.create(target, true)) {
                in.transferTo(out);
            }
        } else if (fileSystem instanceof RawLocalFileSystem local) {
            Files.move(
                    local.pathToFile(source).toPath(),
                    local.pathToFile(target).toPath(),
                    StandardCopyOption.ATOMIC_MOVE);
        } else {
            FileContext.getFileContext(target.toUri(), configuration).rename(source, target, Rename.OVERWRITE);
        }
    }
}
