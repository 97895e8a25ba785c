package dev.cardinal.job.evaluate;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.array_distinct;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.lower;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.trim;
import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.when;

import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.expressions.UserDefinedFunction;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.jspecify.annotations.Nullable;

/**
 * What images show, as a file beside the predictions says it: its column {@code truth}, found by {@code path} or else by
 * {@code sha256}. Lives on the driver; immutable. Executors read the file.
 *
 * <p>A path is taken literally and also as Hadoop would write it out in full: {@code /a/b.jpg} is {@code file:/a/b.jpg} where the
 * local disk is the default file system. A sha256 is taken in either case. Rows without a key or a truth say nothing.
 */
final class TruthFile {
    private static final String PATH = "path";
    private static final String SHA256 = "sha256";
    private static final String TRUTH = "truth";
    /** The key as it stands. */
    private static final String TEXT = "text";
    /** The key as it identifies an image: two texts that mean one image have one. */
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
     * Reads a file's columns and checks what it says.
     *
     * @throws CardinalException if columns are missing, lines are broken, it says nothing, or two things of one image
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
        Column text = rows.col(quoted(keyColumn));
        Column identity = path.isPresent() ? inFull(configuration).apply(text) : lower(trim(text));
        Dataset<Row> entries = rows.select(
                        text.as(TEXT),
                        identity.as(IDENTITY),
                        rows.col(quoted(truth.get())).cast(DataTypes.StringType).as(TRUTH))
                .filter(col(TEXT).isNotNull().and(col(TRUTH).isNotNull()));
        TruthFile file = new TruthFile(name, key, entries);
        file.requireOneTruthForAnImage();
        return file;
    }

    private static Optional<String> column(Dataset<Row> rows, String wanted) {
        return Arrays.stream(rows.columns())
                .filter(column -> column.strip().equalsIgnoreCase(wanted))
                .findFirst();
    }

    private static String quoted(String column) {
        return "`" + column + "`";
    }

    private static void requireText(Dataset<Row> rows, String column, String name) {
        StructField field = rows.schema().apply(column);
        if (!field.dataType().equals(DataTypes.StringType)) {
            throw CardinalException.input("truth " + name + ": column " + column + " holds "
                    + field.dataType().simpleString() + ", not text");
        }
    }

    /** From a path as a user writes it to the path column's way of writing it. */
    private static UserDefinedFunction inFull(Configuration configuration) throws IOException {
        FileSystem usual = FileSystem.get(configuration);
        return udf(new InFull(usual.getUri(), usual.getWorkingDirectory()), DataTypes.StringType);
    }

    private record InFull(URI fileSystem, Path workingDirectory) implements UDF1<@Nullable String, @Nullable String> {
        @Override
        public @Nullable String call(@Nullable String text) {
            if (text == null || text.isEmpty()) {
                return text;
            }
            try {
                Path path = new Path(text);
                // A colon can belong to a name: then what stands before it is no scheme, and the text stays as it is.
                return path.makeQualified(fileSystem, workingDirectory).toString();
            } catch (IllegalArgumentException e) {
                return text;
            }
        }
    }

    private void requireOneTruthForAnImage() {
        Column isTwofold = col("one").notEqual(col("other"));
        Row found = entries.groupBy(IDENTITY)
                .agg(min(TRUTH).as("one"), max(TRUTH).as("other"))
                .agg(
                        count(lit(1)),
                        count(when(isTwofold, 1)),
                        min(when(isTwofold, struct(col(IDENTITY), col("one"), col("other")))))
                .head();
        if (found.getLong(0) == 0) {
            throw CardinalException.input("truth " + name + " has no row with a " + key + " and a truth");
        }
        if (found.getLong(1) > 0) {
            Row example = found.getStruct(2);
            throw CardinalException.input("truth " + name + " gives different truths to " + found.getLong(1)
                    + " of its images (for example " + example.getString(0) + ": '" + example.getString(1) + "' and '"
                    + example.getString(2) + "'): leave one for each");
        }
    }

    /** Gives rows with {@code path} and {@code sha256} the column {@code truth}, in the place of one that they have. */
    Dataset<Row> join(Dataset<Row> rows) {
        Dataset<Row> texts = entries.select(
                        explode(array_distinct(array(col(TEXT), col(IDENTITY)))).as(KEY), col(TRUTH))
                .groupBy(KEY)
                .agg(min(TRUTH).as(TRUTH));
        return rows.drop(TRUTH)
                .join(texts, rows.col(key).equalTo(texts.col(KEY)), "left")
                .drop(KEY);
    }

    /** What to say where none of the images is among those of the file. */
    CardinalException noneOf(Dataset<Row> rows) {
        List<String> ofTable = rows.select(key).filter(col(key).isNotNull()).limit(1).collectAsList().stream()
                .map(row -> row.getString(0))
                .toList();
        return CardinalException.input(
                "truth " + name + " names none of the images by their " + key + " (it has, for example, "
                        + entries.select(TEXT).head().getString(0) + ", and the predictions "
                        + (ofTable.isEmpty() ? "have none" : ofTable.get(0)) + ")");
    }
}
