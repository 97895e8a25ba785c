package dev.cardinal.job.label;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.not;

import dev.cardinal.job.common.ColumnNames;
import dev.cardinal.job.label.PredictionTable.Origin;
import dev.cardinal.job.table.TableName;
import dev.cardinal.udf.fs.UserPaths;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.card.ClassLabel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * Predictions of one model: a predictions table, or several that are its parts, in directories or in catalogs. Read-only. Lives on the driver; immutable.
 */
public final class Predictions {
    /** Value of {@link Origin#emitted()} if the tables have logits. */
    public static final String LOGITS = "logits";
    /** Value of {@link Origin#emitted()} if the tables have probabilities, which only other programs write. */
    public static final String PROBABILITIES = "probabilities";
    /** Column with the pooled output of the last block, if it was emitted. */
    public static final String FEATURES = "features";
    /** Column with the difference hash, if it was emitted. */
    public static final String DHASH = "dhash";

    private static final ArrayType FLOATS = DataTypes.createArrayType(DataTypes.FloatType);
    private static final String PATH = "path";
    private static final String MODEL = "model";
    /** Columns of {@link #rows} that every table has; columns kept from the source may have any name and type. */
    private static final List<String> COLUMNS = List.of(PATH, "sha256", "truth", "status", "predictions", MODEL);

    private final List<Part> parts;
    private final Origin origin;
    private final ExternalLabels labels;

    /** Who wrote a part. */
    private enum Writer {
        CARDINAL,
        ANOTHER_PROGRAM,
        /** A table of a catalog: only with Spark can its records be found. */
        UNKNOWN
    }

    /** A directory or a table of the predictions. */
    private record Part(StoredRows rows, Writer writer) {
        private String name() {
            return rows.name();
        }
    }

    private Predictions(List<Part> parts, Origin origin, ExternalLabels labels) {
        this.parts = List.copyOf(parts);
        this.origin = origin;
        this.labels = labels;
    }

    /**
     * Opens the tables of one model.
     *
     * @throws CardinalException if a directory is not a predictions table, is named twice, or holds rows of another model than the
     *     first; the message names the models
     * @throws IOException if a file system fails
     */
    public static Predictions open(List<String> names, Configuration configuration) throws IOException {
        return open(names, null, configuration);
    }

    /**
     * Opens the tables of one model, or predictions that another program wrote. Of these, and of tables of a catalog,
     * {@link #verified} finds out what they contain.
     *
     * @param names directories, or {@code table:CATALOG.DB.NAME}
     * @param labels file with the classes of a model that Cardinal did not run, null if there is none
     * @throws CardinalException as without labels, and if a directory needs labels or has other labels
     * @throws IOException if a file system fails
     */
    public static Predictions open(List<String> names, @Nullable String labels, Configuration configuration)
            throws IOException {
        ExternalLabels external = ExternalLabels.read(labels, configuration);
        Set<String> seen = new HashSet<>();
        List<Part> parts = new ArrayList<>();
        Origin all = null;
        for (String name : names) {
            Part part;
            Origin origin = null;
            if (TableName.isTable(name)) {
                part = new Part(new CatalogRows(TableName.parse("predictions", name)), Writer.UNKNOWN);
            } else {
                PredictionTable table = PredictionTable.at(UserPaths.of("predictions", name), configuration);
                part = part(table);
                origin = part.writer() == Writer.CARDINAL
                        ? table.origin()
                        : external.origin(
                                all == null ? part.rows().shortName() : all.modelId(),
                                part.name(),
                                "_cardinal/run.json");
                if (part.writer() == Writer.CARDINAL) {
                    external.requireSame(origin.classes(), part.name());
                }
            }
            if (!seen.add(part.name())) {
                throw CardinalException.usage("predictions " + name + " are named twice");
            }
            if (origin != null) {
                requireOneModel(all, origin, name);
                all = all == null ? origin : together(all, origin);
            }
            parts.add(part);
        }
        if (parts.isEmpty()) {
            throw CardinalException.usage("--predictions names no table");
        }
        return new Predictions(
                parts, all == null ? external.unverified(parts.get(0).rows().shortName()) : all, external);
    }

    private static Part part(PredictionTable table) throws IOException {
        boolean isExternal = table.lastRun().isEmpty() && !table.files().isEmpty();
        return new Part(new DirectoryRows(table.directory()), isExternal ? Writer.ANOTHER_PROGRAM : Writer.CARDINAL);
    }

    private static void requireOneModel(@Nullable Origin earlier, Origin origin, String name) {
        if (earlier != null && !earlier.modelId().equals(origin.modelId())) {
            throw CardinalException.input("--predictions holds tables of different models: " + earlier.modelId()
                    + " and, in " + name + ", " + origin.modelId());
        }
    }

    /** Returns the origin that two parts have in common. */
    private static Origin together(Origin first, Origin second) {
        Set<String> emitted = new HashSet<>(first.emitted());
        emitted.retainAll(second.emitted());
        return new Origin(
                first.modelId(),
                first.classes(),
                Math.min(first.topK(), second.topK()),
                emitted,
                first.precision(),
                first.macs(),
                first.imagesPerSecond() == null ? second.imagesPerSecond() : first.imagesPerSecond());
    }

    /**
     * Checks that teachers have different tables, and the same classes in the same order. The classes of tables of a catalog are known
     * only after {@link #verified}.
     *
     * @throws CardinalException if they do not; the message names the first difference
     */
    public static void requireComparable(List<Predictions> teachers) {
        Set<String> seen = new HashSet<>();
        for (Predictions teacher : teachers) {
            for (String directory : teacher.directories()) {
                if (!seen.add(directory)) {
                    throw CardinalException.usage("predictions " + directory + " are named for two teachers");
                }
            }
            if (teacher.isKnown() && teachers.get(0).isKnown()) {
                requireSameClasses(teachers.get(0), teacher);
            }
        }
    }

    private boolean isKnown() {
        return parts.stream().noneMatch(part -> part.writer() == Writer.UNKNOWN);
    }

    private static void requireSameClasses(Predictions one, Predictions other) {
        List<ClassLabel> these = one.origin.classes();
        List<ClassLabel> those = other.origin.classes();
        String difference = null;
        for (int c = 0; c < Math.min(these.size(), those.size()) && difference == null; c++) {
            if (!isSame(these.get(c), those.get(c))) {
                difference = "class " + c + " is " + described(these.get(c)) + " in the first and "
                        + described(those.get(c)) + " in the second";
            }
        }
        if (difference == null && these.size() != those.size()) {
            difference = "the first has " + these.size() + ", the second " + those.size();
        }
        if (difference != null) {
            throw CardinalException.input("teachers must have the same classes in the same order, but those of "
                    + described(one) + " and " + described(other) + " differ: " + difference);
        }
    }

    /** Labels of other programs can lack the ids. */
    private static boolean isSame(ClassLabel one, ClassLabel other) {
        return one.name().equals(other.name())
                && (one.id() == null || other.id() == null || one.id().equals(other.id()));
    }

    private static String described(ClassLabel label) {
        return "'" + label.name() + "'" + (label.id() == null ? "" : " (" + label.id() + ")");
    }

    private static String described(Predictions teacher) {
        return teacher.origin.modelId() + " (" + String.join(", ", teacher.directories()) + ")";
    }

    /** Returns the origin of the rows; for several tables, what all of them store. */
    public Origin origin() {
        return origin;
    }

    /** Returns the tables' directories, fully qualified, or the names of tables of a catalog, with their snapshots once verified. */
    public List<String> directories() {
        return parts.stream().map(Part::name).toList();
    }

    /** Returns {@link #directories()} for a record of a run, without credentials. */
    public List<String> recordedDirectories() {
        return directories().stream().map(UserPaths::withoutCredentials).toList();
    }

    /** Returns whether the origin is complete only after {@link #verified}, because Cardinal did not write all of the tables, or a catalog has them. */
    public boolean isExternal() {
        return parts.stream().anyMatch(part -> part.writer() != Writer.CARDINAL);
    }

    /** Returns the column with one number per class: logits, else probabilities, else empty. */
    public Optional<String> numbers() {
        return Stream.of(LOGITS, PROBABILITIES)
                .filter(origin.emitted()::contains)
                .findFirst();
    }

    /**
     * Checks that rows of a model belong to these tables.
     *
     * @param model value of their {@code model} column
     * @throws CardinalException if it differs from the model in the tables' records
     */
    public void requireOwnModel(@Nullable String model) {
        if (!Objects.equals(model, origin.modelId())) {
            throw otherModel(String.join(", ", directories()), model, origin);
        }
    }

    private static CardinalException otherModel(String name, @Nullable String model, Origin origin) {
        return CardinalException.input("predictions " + name + " contain rows of model " + model
                + " in addition to rows of " + origin.modelId() + ", which run.json names");
    }

    /**
     * Checks every row's model, in a pass over that column alone. Reads predictions that another program wrote once, to find out what
     * they contain. Tables of a catalog are from then on read at the snapshot that they have now.
     *
     * @return these predictions, with an {@link #origin} that is complete
     * @throws CardinalException if a row comes from another model than the table's record says, a table has no rows, or rows that
     *     another program wrote are invalid
     */
    public Predictions verified(SparkSession spark) throws IOException {
        List<Part> verified = new ArrayList<>();
        Origin all = null;
        for (Part part : parts) {
            Origin own;
            if (part.rows() instanceof CatalogRows table && part.writer() == Writer.UNKNOWN) {
                CatalogPredictions found = CatalogPredictions.open(table.table(), spark);
                Optional<PredictionTable> records = found.records();
                own = records.isPresent()
                        ? records.get().origin()
                        : labels.origin(origin.modelId(), part.name(), "property " + CatalogPredictions.STATE);
                if (records.isPresent()) {
                    labels.requireSame(own.classes(), part.name());
                }
                part = new Part(
                        new CatalogRows(found.table().name()),
                        records.isPresent() ? Writer.CARDINAL : Writer.ANOTHER_PROGRAM);
            } else {
                own = origin;
            }
            if (part.writer() == Writer.CARDINAL) {
                requireOwnModel(part, own, spark);
            } else {
                own = external(part, own, spark, List.of()).origin(own);
            }
            requireOneModel(all, own, part.name());
            all = all == null ? own : together(all, own);
            verified.add(part);
        }
        return new Predictions(verified, Objects.requireNonNull(all), labels);
    }

    private static ExternalTable external(Part part, Origin origin, SparkSession spark, List<String> more)
            throws IOException {
        return ExternalTable.open(part.rows(), origin.classes().size(), spark, more);
    }

    private static void requireOwnModel(Part part, Origin origin, SparkSession spark) throws IOException {
        Row others = rows(part, origin, spark, List.of())
                .filter(not(col(MODEL).eqNullSafe(origin.modelId())))
                .agg(count(lit(1)), min(MODEL))
                .head();
        if (others.getLong(0) > 0) {
            throw otherModel(part.name(), others.getString(1), origin);
        }
    }

    /**
     * Returns the error for a prediction of a class that the model does not have.
     *
     * @param classes number of the model's classes
     */
    public static CardinalException noSuchClass(int classIndex, int classes) {
        return CardinalException.input(
                "predictions hold class index " + classIndex + ", of a model with " + classes + " classes");
    }

    /**
     * Returns every row as path, sha256, truth, status, predictions, model and, if all tables have them, logits. An image that
     * several tables contain counts once, with the row of the first table.
     *
     * @throws CardinalException if a table has no rows, or lacks one of these columns
     */
    public Dataset<Row> rows(SparkSession spark) throws IOException {
        return rows(spark, List.of());
    }

    /**
     * Returns every row, as without more columns.
     *
     * @param more columns that follow: emitted ones, or ones that were kept from the source
     * @throws CardinalException also if a table lacks one of these columns
     */
    public Dataset<Row> rows(SparkSession spark, List<String> more) throws IOException {
        Dataset<Row> all = null;
        for (Part part : parts) {
            Dataset<Row> rows = rows(part, origin, spark, more);
            all = all == null
                    ? rows
                    : all.unionByName(rows.join(
                            all.select(col(PATH).as("earlier")), col(PATH).equalTo(col("earlier")), "left_anti"));
        }
        if (all == null) {
            throw new IllegalStateException("no part");
        }
        return all;
    }

    private static Dataset<Row> rows(Part part, Origin origin, SparkSession spark, List<String> more)
            throws IOException {
        if (part.writer() == Writer.ANOTHER_PROGRAM) {
            return external(part, origin, spark, more).rows(origin);
        }
        String name = part.name();
        if (part.rows() instanceof DirectoryRows files && files.isEmpty(spark)) {
            throw CardinalException.input("predictions " + name + " contain no rows");
        }
        StructType stored = part.rows().schema(spark, more);
        List<String> columns = new ArrayList<>(COLUMNS);
        if (origin.emitted().contains(LOGITS)) {
            columns.add(LOGITS);
        }
        List<String> missing = new ArrayList<>(columns);
        missing.removeAll(List.of(stored.fieldNames()));
        if (!missing.isEmpty()) {
            throw CardinalException.input("predictions " + name + " is not a predictions table: it has no column "
                    + String.join(", ", missing));
        }
        ExternalTable.requireColumns(name, stored, more);
        more.stream().filter(column -> !columns.contains(column)).forEach(columns::add);
        // The labels of predictions follow from the class indices and are not read.
        Dataset<Row> rows = part.rows().read(PredictionTypes.withoutLabels(stored, name), spark);
        return rows.select(columns.stream()
                .map(column -> switch (column) {
                    case PredictionTypes.PREDICTIONS -> PredictionTypes.predictions(stored, name);
                    case LOGITS ->
                        stored.apply(LOGITS).dataType().equals(FLOATS)
                                ? rows.col(LOGITS)
                                : PredictionTypes.floats(stored, LOGITS, name);
                    default -> rows.col(ColumnNames.quoted(column));
                })
                .toArray(Column[]::new));
    }
}
