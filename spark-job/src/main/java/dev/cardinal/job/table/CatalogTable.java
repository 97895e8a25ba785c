package dev.cardinal.job.table;

import dev.cardinal.job.common.Messages;
import dev.cardinal.zoo.CardinalException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.CreateTableWriter;
import org.apache.spark.sql.DataFrameWriterV2;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * A table of a Spark catalog. Uses only Spark's own interfaces, so that no format's classes are needed; what they lack, a snapshot's
 * number for example, comes from the SQL of Iceberg and Delta Lake. Lives on the driver; immutable.
 */
public final class CatalogTable {
    private static final String SESSION_CATALOG = "spark_catalog";
    private static final String CATALOGS = "spark.sql.catalog.";
    private static final Set<String> MISSING = Set.of(
            "TABLE_OR_VIEW_NOT_FOUND",
            "SCHEMA_NOT_FOUND",
            "PATH_NOT_FOUND",
            "DELTA_MISSING_DELTA_TABLE",
            "DELTA_TABLE_NOT_FOUND",
            "DELTA_PATH_DOES_NOT_EXIST");

    /** Formats that differ in what Spark has no interface for. */
    public enum TableFormat {
        ICEBERG,
        DELTA,
        OTHER
    }

    private final TableName name;
    private final SparkSession spark;

    private CatalogTable(TableName name, SparkSession spark) {
        this.name = name;
        this.spark = spark;
    }

    /**
     * Returns the table with a name, which need not exist.
     *
     * @throws CardinalException if there is no such catalog
     */
    public static CatalogTable of(TableName name, SparkSession spark) {
        if (catalogClass(name, spark).isEmpty() && !name.catalog().equals(SESSION_CATALOG)) {
            throw CardinalException.usage(name + ": there is no catalog " + name.catalog() + "; set " + CATALOGS
                    + name.catalog() + " to its class, and give its jar with --packages or --jars");
        }
        return new CatalogTable(name, spark);
    }

    private static String catalogClass(TableName name, SparkSession spark) {
        return spark.conf().get(CATALOGS + name.catalog(), "");
    }

    /** Returns the name, with the snapshot that {@link #read} reads. */
    public TableName name() {
        return name;
    }

    /** Returns the same table at its current snapshot, at which it is then read; at no snapshot if its format has none. */
    public CatalogTable pinned() {
        return name.version() != null
                ? this
                : new CatalogTable(name.at(snapshot().orElse(null)), spark);
    }

    /**
     * Returns whether the table exists.
     *
     * @throws CardinalException if the catalog cannot be used
     */
    public boolean exists() {
        return explained(() -> {
            try {
                return !spark.table(name.quoted()).schema().isEmpty();
            } catch (Exception e) { // Spark throws AnalysisException, which it does not declare
                if (e instanceof AnalysisException missing && MISSING.contains(missing.getCondition())) {
                    return false;
                }
                throw e;
            }
        });
    }

    /** Makes the next read see what other processes have written: some catalogs keep a table's state for a while. */
    public void refresh() {
        if (format() == TableFormat.ICEBERG) {
            explained(() -> spark.sql("REFRESH TABLE " + name.quoted()));
        }
    }

    /**
     * Returns all rows, at the snapshot of the name if it has one.
     *
     * @throws CardinalException if the table or the snapshot does not exist
     */
    public Dataset<Row> read() {
        return read(name.version());
    }

    private Dataset<Row> read(@Nullable String version) {
        if (version == null) {
            return explained(() -> spark.table(name.quoted()));
        }
        String number = version.chars().allMatch(Character::isDigit) ? version : text(version);
        return explained(() -> spark.sql("SELECT * FROM " + name.quoted() + " VERSION AS OF " + number));
    }

    /** Returns the number of the current snapshot, empty if the format has none. */
    public Optional<String> snapshot() {
        TableFormat format = format();
        if (format == TableFormat.OTHER) {
            return Optional.empty();
        }
        return explained(() -> format == TableFormat.ICEBERG
                        ? spark.sql("SELECT snapshot_id FROM " + name.quoted() + ".refs WHERE name = 'main'")
                        : spark.sql("DESCRIBE HISTORY " + name.quoted() + " LIMIT 1")
                                .select("version"))
                .collectAsList()
                .stream()
                .map(row -> Long.toString(row.getLong(0)))
                .findFirst();
    }

    /** Returns the format of the table, which must exist. */
    public TableFormat format() {
        List<Row> described = explained(
                () -> spark.sql("DESCRIBE TABLE EXTENDED " + name.quoted()).collectAsList());
        String provider = described.stream()
                .filter(row -> "Provider".equals(row.getString(0)))
                .reduce((first, last) -> last)
                .map(row -> String.valueOf(row.getString(1)).toLowerCase(Locale.ROOT))
                .orElse("");
        return switch (provider) {
            case "iceberg" -> TableFormat.ICEBERG;
            case "delta" -> TableFormat.DELTA;
            default -> TableFormat.OTHER;
        };
    }

    /** Returns the properties of the table. */
    public Map<String, String> properties() {
        return explained(() -> spark.sql("SHOW TBLPROPERTIES " + name.quoted()).collectAsList()).stream()
                .collect(Collectors.toMap(row -> row.getString(0), row -> row.getString(1), (first, last) -> last));
    }

    /** Sets a property of the table. */
    public void setProperty(String key, String value) {
        explained(() -> spark.sql(
                "ALTER TABLE " + name.quoted() + " SET TBLPROPERTIES (" + text(key) + " = " + text(value) + ")"));
    }

    /**
     * Creates the table, without rows. What a program left behind that ended while it created a Delta table, a log without a commit,
     * is replaced, although Delta reports that the table exists.
     *
     * @throws CardinalException if it exists, or the catalog cannot create it
     */
    public void create(StructType schema, Map<String, String> properties) {
        DataFrameWriterV2<Row> rows =
                spark.createDataFrame(List.<Row>of(), schema).writeTo(name.quoted());
        explained(() -> {
            CreateTableWriter<Row> writer =
                    provider().<CreateTableWriter<Row>>map(rows::using).orElse(rows);
            for (Map.Entry<String, String> property : properties.entrySet()) {
                writer = writer.tableProperty(property.getKey(), property.getValue());
            }
            try {
                writer.create();
            } catch (AnalysisException e) {
                if (!"TABLE_OR_VIEW_ALREADY_EXISTS".equals(e.getCondition()) || exists()) {
                    throw unchecked(e);
                }
                writer.createOrReplace();
            } catch (Exception e) {
                throw unchecked(e);
            }
            return name;
        });
    }

    /** Returns the format to name when the table is created: the session's catalog has tables of any format. */
    private Optional<String> provider() {
        String catalog = catalogClass(name, spark).toLowerCase(Locale.ROOT);
        if (!name.catalog().equals(SESSION_CATALOG)) {
            return Optional.empty();
        }
        if (catalog.contains(".delta.")) {
            return Optional.of("delta");
        }
        if (catalog.contains(".iceberg.")) {
            return Optional.of("iceberg");
        }
        throw CardinalException.usage(name + ": " + SESSION_CATALOG + " cannot create a table that rows are appended to"
                + " in commits; set " + CATALOGS + SESSION_CATALOG
                + " to the catalog of Delta Lake or Iceberg, or name another catalog");
    }

    /**
     * Appends rows in one commit of the table.
     *
     * @param options options of the write, for the format
     */
    public void append(Dataset<Row> rows, Map<String, String> options) {
        append(name.quoted(), rows, options);
    }

    private void append(String to, Dataset<Row> rows, Map<String, String> options) {
        explained(() -> {
            try {
                DataFrameWriterV2<Row> writer = rows.writeTo(to);
                options.forEach(writer::option);
                writer.append();
            } catch (Exception e) {
                throw unchecked(e);
            }
            return to;
        });
    }

    /**
     * Replaces the rows that have the same key as others, in one commit of the table. Rows with a new key are ignored.
     *
     * @param key column that identifies a row
     * @param branch branch to write to, empty for the table itself
     */
    public void merge(Dataset<Row> rows, String key, Optional<String> branch) {
        String to = branch.map(this::ofBranch).orElse(name.quoted());
        String view = "cardinal_rows";
        String assignments = Arrays.stream(rows.columns())
                .map(column -> "old." + identifier(column) + " = new." + identifier(column))
                .collect(Collectors.joining(", "));
        rows.createOrReplaceTempView(view);
        try {
            explained(() -> rows.sparkSession()
                    .sql("MERGE INTO " + to + " AS old USING " + view + " AS new ON old." + identifier(key) + " = new."
                            + identifier(key) + " WHEN MATCHED THEN UPDATE SET " + assignments));
        } finally {
            rows.sparkSession().catalog().dropTempView(view);
        }
    }

    /** Returns whether rows can be written to a branch, which only Iceberg has, and only with its extensions. */
    public boolean hasBranches() {
        return format() == TableFormat.ICEBERG
                && spark.conf().get("spark.sql.extensions", "").contains("IcebergSparkSessionExtensions");
    }

    /** Returns the names of the branches, without {@code main}. */
    public Set<String> branches() {
        return explained(() -> spark.sql(
                                "SELECT name FROM " + name.quoted() + ".refs WHERE type = 'BRANCH' AND name <> 'main'")
                        .collectAsList())
                .stream()
                .map(row -> row.getString(0))
                .collect(Collectors.toSet());
    }

    /** Creates a branch at the current snapshot. */
    public void createBranch(String branch) {
        explained(() -> spark.sql("ALTER TABLE " + name.quoted() + " CREATE BRANCH " + identifier(branch)));
    }

    /** Deletes a branch. */
    public void dropBranch(String branch) {
        explained(() -> spark.sql("ALTER TABLE " + name.quoted() + " DROP BRANCH " + identifier(branch)));
    }

    /** Returns the rows of a branch. */
    public Dataset<Row> readBranch(String branch) {
        return read(branch);
    }

    /** Appends rows to a branch in one commit. */
    public void appendToBranch(String branch, Dataset<Row> rows) {
        append(ofBranch(branch), rows, Map.of());
    }

    private String ofBranch(String branch) {
        return name.quoted() + "." + identifier("branch_" + branch);
    }

    /**
     * Moves the table to the snapshot of a branch.
     *
     * @return false if the table has commits that the branch does not have
     */
    public boolean fastForward(String branch) {
        try {
            spark.sql("CALL " + identifier(name.catalog()) + ".system.fast_forward(table => "
                    + text(name.quotedInCatalog()) + ", branch => 'main', to => " + text(branch) + ")");
            return true;
        } catch (IllegalArgumentException e) { // Iceberg: main is not an ancestor of the branch
            return false;
        }
    }

    private static String identifier(String text) {
        return "`" + text.replace("`", "``") + "`";
    }

    private static String text(String value) {
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }

    /** Runs a statement; what the catalog or Spark rejects is the user's to fix. */
    private <T> T explained(Supplier<T> statement) {
        try {
            return statement.get();
        } catch (Exception e) { // Spark throws AnalysisException, which it does not declare
            Throwable cause = e instanceof CheckedException && e.getCause() != null ? e.getCause() : e;
            if (cause instanceof AnalysisException rejected) {
                throw CardinalException.input(name + ": " + Messages.firstLine(rejected.getMessage()), rejected);
            }
            if (isMissingClass(cause)) {
                throw CardinalException.usage(name + ": " + Messages.firstLine(cause.getMessage())
                        + " Give the jar of catalog " + name.catalog() + " with --packages or --jars");
            }
            throw e;
        }
    }

    private static boolean isMissingClass(Throwable failure) {
        return Objects.requireNonNullElse(failure.getMessage(), "").contains("Cannot find catalog plugin class");
    }

    /** Carries a checked exception that Spark throws through a {@link Supplier}. */
    private static final class CheckedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        CheckedException(Exception cause) {
            super(cause.getMessage(), cause);
        }
    }

    private static RuntimeException unchecked(Exception e) {
        return e instanceof RuntimeException unchecked ? unchecked : new CheckedException(e);
    }

    @Override
    public String toString() {
        return name.toString();
    }
}
