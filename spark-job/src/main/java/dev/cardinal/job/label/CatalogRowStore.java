package dev.cardinal.job.label;

import static org.apache.spark.sql.functions.col;

import dev.cardinal.job.table.CatalogTable;
import dev.cardinal.job.table.CatalogTable.TableFormat;
import dev.cardinal.udf.fs.FileSystems;
import dev.cardinal.udf.fs.UserPaths;
import dev.cardinal.udf.image.Status;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * Rows in a table of a Spark catalog. A commit writes its rows as Parquet files below {@code _cardinal/staging} of the state directory,
 * checks the lock, and appends these files' rows to the table in one commit of the table, which is short, because the images are
 * labeled by then.
 *
 * <p>Delta Lake rejects the commit of a run that was considered dead if the run that took over has committed in the meantime: each
 * commit is a transaction of the application {@code cardinal}, with a higher number than the one before.
 *
 * <p>If a run has a gate and the table has branches, as Iceberg's have, rows go to the branch {@code cardinal} until
 * {@link #publish} moves the table to it.
 */
final class CatalogRowStore implements RowStore {
    private static final String PATH = "path";
    private static final String STATUS = "status";
    private static final String MODEL = "model";
    private static final String BRANCH = "cardinal";
    private static final String STAGING = "_cardinal/staging";

    private final CatalogTable table;
    private final PredictionTable records;
    private final StructType schema;
    private final String model;
    private final boolean isGated;
    private final Configuration configuration;
    private final FileSystem fileSystem;
    private final StagedWriter writer;
    /** Whether the branch exists and rows go there; known after {@link #recover}. */
    private boolean isOnBranch;
    /** Number of rows by status, null until they are counted. */
    private @Nullable Map<String, Long> totals;

    private TableFormat format = TableFormat.OTHER;

    /**
     * Creates a store for a table, which need not exist.
     *
     * @param table the table, without a snapshot
     * @param records the state directory
     * @param schema columns of the rows
     * @param model value of their {@code model} column
     * @param isGated whether rows wait for {@link #publish} if possible
     */
    CatalogRowStore(
            CatalogTable table,
            PredictionTable records,
            StructType schema,
            String model,
            boolean isGated,
            Configuration configuration)
            throws IOException {
        this.table = table;
        this.records = records;
        this.schema = schema;
        this.model = model;
        this.isGated = isGated;
        this.configuration = configuration;
        this.fileSystem = FileSystems.fileSystem(records.directory(), configuration);
        this.writer = new StagedWriter(fileSystem, records.directory());
    }

    @Override
    public Optional<Dataset<Row>> rows(SparkSession spark) {
        return table.exists() ? Optional.of(rows()) : Optional.empty();
    }

    private Dataset<Row> rows() {
        return isOnBranch ? table.readBranch(BRANCH) : table.read();
    }

    /** Reads the column {@code status} once; from then on, commits change the numbers. */
    @Override
    public synchronized Map<String, Long> totals(SparkSession spark) {
        if (totals == null) {
            totals = rows(spark).map(CatalogRowStore::byStatus).orElseGet(TreeMap::new);
        }
        return Collections.unmodifiableMap(totals);
    }

    private void counted(Commit commit) {
        if (totals != null) {
            Map<String, Long> sum = StatusSummary.sum(totals, commit.written().counts());
            commit.replaced().forEach((status, number) -> sum.merge(status, -number, Long::sum));
            sum.values().removeIf(number -> number == 0);
            totals = sum;
        }
    }

    /** Returns the number of rows of each status; rows without a status count as "null". */
    static Map<String, Long> byStatus(Dataset<Row> rows) {
        Map<String, Long> counts = new TreeMap<>();
        rows.groupBy(STATUS)
                .count()
                .collectAsList()
                .forEach(row -> counts.put(String.valueOf(row.getString(0)), row.getLong(1)));
        return counts;
    }

    /**
     * Creates the table if it does not exist, and removes the files of commits that did not end. Publishes rows that wait in the branch
     * of an earlier run, unless this run has a gate too.
     *
     * @throws CardinalException if the table lacks columns, holds rows of another model, or has its records in another directory
     */
    @Override
    public void recover() throws IOException {
        fileSystem.delete(new Path(records.directory(), STAGING), true);
        if (!table.exists()) {
            table.create(schema, Map.of(CatalogPredictions.STATE, state()));
        }
        table.refresh();
        format = table.format();
        totals = null;
        requireOwn();
        boolean isWaiting = table.hasBranches() && table.branches().contains(BRANCH);
        isOnBranch = isGated && isWaiting;
        if (isWaiting && !isGated) {
            publishBranch();
        }
    }

    private String state() {
        return UserPaths.withoutCredentials(records.directory().toString());
    }

    private void requireOwn() throws IOException {
        String recorded = table.properties().get(CatalogPredictions.STATE);
        if (recorded != null && !recorded.equals(state())) {
            throw CardinalException.output(table + " has its run records in " + recorded + ", not in " + state()
                    + ": name that directory with --state");
        }
        StructType stored = table.read().schema();
        List<String> missing = Arrays.stream(schema.fields())
                .filter(field -> Arrays.stream(stored.fields()).noneMatch(each -> isSame(each, field)))
                .map(field -> field.name() + " " + field.dataType().sql())
                .toList();
        if (!missing.isEmpty()) {
            throw CardinalException.output(table + " cannot hold the predictions of this run: it needs the columns "
                    + String.join(", ", missing.subList(0, Math.min(3, missing.size())))
                    + (missing.size() > 3 ? " and " + (missing.size() - 3) + " more" : ""));
        }
        if (records.lastRun().isEmpty()) {
            List<Row> others = table.read()
                    .filter(col(MODEL).eqNullSafe(model).unary_$bang())
                    .select(MODEL)
                    .limit(1)
                    .collectAsList();
            if (!others.isEmpty()) {
                throw CardinalException.output(
                        table + " holds rows of model " + others.get(0).getString(0) + ", and " + state()
                                + " has no record of them: name another table");
            }
        }
        if (recorded == null) {
            table.setProperty(CatalogPredictions.STATE, state());
        }
    }

    /** Compares the name and the type of columns; a table can allow null even if rows have none. */
    private static boolean isSame(StructField stored, StructField written) {
        return stored.name().equals(written.name())
                && stored.dataType()
                        .sql()
                        .replace(" NOT NULL", "")
                        .equals(written.dataType().sql().replace(" NOT NULL", ""));
    }

    @Override
    public Commit append(Dataset<Row> rows, long images, RunLock lock) throws IOException {
        Staged staged = stage(rows, images);
        Commit commit = new Commit(staged.summary(), Map.of());
        synchronized (this) {
            lock.requireHeld();
            if (usesBranch()) {
                table.appendToBranch(BRANCH, staged.rows());
            } else if (format == TableFormat.DELTA) {
                appendOnce(staged.rows());
            } else {
                table.append(staged.rows(), Map.of());
            }
            counted(commit);
        }
        fileSystem.delete(staged.directory(), true);
        return commit;
    }

    /** Creates the branch for the first rows that must wait, so that no run leaves one without rows. */
    private boolean usesBranch() {
        if (isGated && !isOnBranch && table.hasBranches()) {
            table.createBranch(BRANCH);
            isOnBranch = true;
        }
        return isOnBranch;
    }

    private void appendOnce(Dataset<Row> rows) throws IOException {
        long before = version();
        table.append(rows, Map.of("txnAppId", BRANCH, "txnVersion", Long.toString(before + 1)));
        if (version() == before) {
            throw new IOException("another run has written to " + table + "; run the same command again to continue");
        }
    }

    private long version() {
        return table.snapshot().map(Long::valueOf).orElse(0L);
    }

    /** Rows of a commit that are not in the table yet. */
    private record Staged(Path directory, Dataset<Row> rows, StatusSummary summary) {}

    private Staged stage(Dataset<Row> rows, long images) throws IOException {
        int files = FileSize.files(images, FileSize.bytesPerRow(List.of(), schema));
        Path staging = new Path(records.directory(), STAGING + "/" + UUID.randomUUID());
        writer.write(rows.repartition(files, col(PATH)), staging);
        StatusSummary summary = StatusSummary.empty();
        for (FileStatus file : TableFiles.list(fileSystem, staging)) {
            summary = summary.plus(FileSummary.of(file.getPath(), configuration));
        }
        Column[] columns =
                Arrays.stream(schema.fieldNames()).map(name -> col(name)).toArray(Column[]::new);
        return new Staged(
                staging,
                ParquetRows.read(rows.sparkSession().read(), List.of(staging.toString()))
                        .select(columns)
                        .coalesce(files),
                summary);
    }

    @Override
    public Commit replace(Dataset<Row> rows, long images, RunLock lock) throws IOException {
        Staged staged = stage(rows, images);
        Dataset<Row> former = rows().join(
                        staged.rows().select(col(PATH).as("new_path")),
                        col(PATH).equalTo(col("new_path")));
        Commit commit = new Commit(staged.summary(), byStatus(former));
        synchronized (this) {
            lock.requireHeld();
            table.merge(staged.rows(), PATH, usesBranch() ? Optional.of(BRANCH) : Optional.empty());
            counted(commit);
        }
        fileSystem.delete(staged.directory(), true);
        return commit;
    }

    /** Moves the table to the branch if not too many of the waiting rows are bad; otherwise they go on waiting. */
    @Override
    public boolean publish(double maxBadFraction, RunLock lock) throws IOException {
        if (!isOnBranch) {
            return true;
        }
        Map<String, Long> waiting = byStatus(waiting());
        long all = RunRecord.images(waiting);
        long bad = all - waiting.getOrDefault(Status.OK.id(), 0L);
        if (all > 0 && (double) bad / all > maxBadFraction) {
            return false;
        }
        lock.requireHeld();
        publishBranch();
        isOnBranch = false;
        return true;
    }

    @Override
    public Optional<String> withheld() {
        return isOnBranch
                ? Optional.of(
                        "the rows are not in " + table + " but in its branch " + BRANCH + ": the same command with a"
                                + " higher --max-bad-fraction publishes them; to discard them, drop the branch")
                : Optional.empty();
    }

    /** Returns the rows of the branch that the table does not have, or has with another status. */
    private Dataset<Row> waiting() {
        return rowsOfBranchThatDifferIn(PATH, STATUS);
    }

    private Dataset<Row> rowsOfBranchThatDifferIn(String... columns) {
        Dataset<Row> branch = table.readBranch(BRANCH);
        List<Column> published = new ArrayList<>();
        Column isPublished = null;
        for (String column : columns) {
            String name = "published_" + column;
            published.add(col(column).as(name));
            Column isEqual = col(column).equalTo(col(name));
            isPublished = isPublished == null ? isEqual : isPublished.and(isEqual);
        }
        return branch.join(table.read().select(published.toArray(Column[]::new)), isPublished, "left_anti");
    }

    private void publishBranch() {
        if (!table.fastForward(BRANCH)) { // another program has written to the table since
            Dataset<Row> rows = rowsOfBranchThatDifferIn(PATH);
            if (!rows.isEmpty()) {
                table.append(rows, Map.of());
            }
        }
        table.dropBranch(BRANCH);
        table.refresh();
    }
}
