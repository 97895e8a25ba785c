package dev.cardinal.job.truth;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.array_distinct;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.floor;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.lower;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.trim;
import static org.apache.spark.sql.functions.when;

import dev.cardinal.job.common.ColumnNames;
import dev.cardinal.job.common.QualifiedPath;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;

/**
 * A file with the true classes of images: a column {@code truth}, and a column {@code path} or {@code sha256} that identifies
 * the image. If a file has both, the path is used. Lives on the driver; immutable. Executors read the file.
 *
 * <p>A path matches literally, and also in the form that Hadoop gives it when it is fully qualified: {@code /a/b.jpg} is
 * {@code file:/a/b.jpg} if the local disk is the default file system. A sha256 matches in upper and in lower case. Rows without a
 * key or a truth are ignored.
 */
final class TruthFile {
    private static final String PATH = "path";
    private static final String SHA256 = "sha256";
    private static final String TRUTH = "truth";
    /** Names of the columns that are read. */
    static final Set<String> COLUMNS = Set.of(PATH, SHA256, TRUTH);

    /** The key as it is written in the file. */
    private static final String TEXT = "text";
    /** The key in its normal form: two texts that mean the same image have the same identity. */
    private static final String IDENTITY = "identity";

    private static final String KEY = "truth_key";

    private final String name;
    private final String key;
    private final Dataset<Row> entries;

    private TruthFile(String name, String key, Dataset<Row> entries) {
        this.name = name;
        this.key = key;
        this.entries = entries;
    }

    /**
     * Reads a file and checks it.
     *
     * @throws CardinalException if columns are missing, lines are malformed, no row has a truth, or an image has two truths
     * @throws IOException if its file system fails
     */
    static TruthFile read(TruthFormat format, SparkSession spark, Configuration configuration) throws IOException {
        Dataset<Row> rows = format.read(spark);
        String name = format.path().toString();
        Optional<String> path = column(rows, PATH);
        Optional<String> sha256 = column(rows, SHA256);
        Optional<String> truth = column(rows, TRUTH);
        if (truth.isEmpty() || (path.isEmpty() && sha256.isEmpty())) {
            throw CardinalException.input("truth " + name
                    + " needs a column path or sha256, and a column truth; it has " + Arrays.toString(rows.columns()));
        }
        String key = path.isPresent() ? PATH : SHA256;
        String keyColumn = path.or(() -> sha256).orElseThrow();
        requireText(rows, keyColumn, name);
        Column text = rows.col(ColumnNames.quoted(keyColumn));
        Column identity = path.isPresent() ? QualifiedPath.of(configuration).apply(text) : lower(trim(text));
        Dataset<Row> entries = rows.select(
                        text.as(TEXT),
                        identity.as(IDENTITY),
                        text(rows, truth.get()).as(TRUTH))
                .filter(col(TEXT).isNotNull().and(col(TRUTH).isNotNull()));
        TruthFile file = new TruthFile(name, key, entries);
        file.requireOneTruthPerImage();
        return file;
    }

    private static Optional<String> column(Dataset<Row> rows, String wanted) {
        return Arrays.stream(rows.columns())
                .filter(column -> column.strip().equalsIgnoreCase(wanted))
                .findFirst();
    }

    /** Returns a column as text; a number without a fraction as an integer, because pandas writes 1.0 if another is missing. */
    private static Column text(Dataset<Row> rows, String name) {
        Column column = rows.col(ColumnNames.quoted(name));
        Column text = column.cast(DataTypes.StringType);
        DataType type = rows.schema().apply(name).dataType();
        boolean isFraction = type.equals(DataTypes.DoubleType) || type.equals(DataTypes.FloatType);
        return isFraction
                ? when(
                                column.equalTo(floor(column)),
                                column.cast(DataTypes.LongType).cast(DataTypes.StringType))
                        .otherwise(text)
                : text;
    }

    private static void requireText(Dataset<Row> rows, String column, String name) {
        StructField field = rows.schema().apply(column);
        if (!field.dataType().equals(DataTypes.StringType)) {
            throw CardinalException.input("truth " + name + ": column " + column + " is "
                    + field.dataType().simpleString() + "; it must be text");
        }
    }

    private void requireOneTruthPerImage() {
        Column isAmbiguous = col("one").notEqual(col("other"));
        Row found = entries.groupBy(IDENTITY)
                .agg(min(TRUTH).as("one"), max(TRUTH).as("other"))
                .agg(
                        count(lit(1)),
                        count(when(isAmbiguous, 1)),
                        min(when(isAmbiguous, struct(col(IDENTITY), col("one"), col("other")))))
                .head();
        if (found.getLong(0) == 0) {
            throw CardinalException.input("truth " + name + " has no row with a " + key + " and a truth");
        }
        if (found.getLong(1) > 0) {
            Row example = found.getStruct(2);
            throw CardinalException.input("truth " + name + " gives different truths to " + found.getLong(1)
                    + " of its images (for example " + example.getString(0) + ": '" + example.getString(1) + "' and '"
                    + example.getString(2) + "'): keep one truth per image");
        }
    }

    /** Returns every truth of the file, as the column {@code truth}. */
    Dataset<Row> texts() {
        return entries.select(TRUTH);
    }

    /** Adds the column {@code truth} to rows with {@code path} and {@code sha256}, and replaces one that they have. */
    Dataset<Row> join(Dataset<Row> rows) {
        Dataset<Row> texts = entries.select(
                        explode(array_distinct(array(col(TEXT), col(IDENTITY)))).as(KEY), col(TRUTH))
                .groupBy(KEY)
                .agg(min(TRUTH).as(TRUTH));
        return rows.drop(TRUTH)
                .join(texts, rows.col(key).equalTo(texts.col(KEY)), "left")
                .drop(KEY);
    }

    /** Returns the error for a file that contains none of the images. */
    CardinalException noMatch(Dataset<Row> rows) {
        List<String> inTable = rows.select(key).filter(col(key).isNotNull()).limit(1).collectAsList().stream()
                .map(row -> row.getString(0))
                .toList();
        return CardinalException.input(
                "truth " + name + " contains none of the images: no " + key + " matches (for example, the truth has "
                        + entries.select(TEXT).head().getString(0) + ", the predictions have "
                        + (inTable.isEmpty() ? "no " + key : inTable.get(0)) + ")");
    }
}
