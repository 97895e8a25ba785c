package dev.cardinal.job.evaluate;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;

import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.ClassLabel;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * What images really show: the {@code truth} column of their own table, or a file beside it. Lives on the driver; immutable.
 */
public final class Truth {
    /** Column with the text of the truth, null where there is none. */
    public static final String TEXT = "truth";
    /** Column with the class that the text means, null where it means none. */
    public static final String INDEX = "truth_index";

    private static final int UNMATCHED_SHOWN = 100;
    private static final int UNMATCHED_IN_ERROR = 5;
    private static final int SHOWN_OF_A_TEXT = 80;

    private final Optional<TruthFile> file;
    private final TruthAs as;
    private final SparkSession spark;

    private Truth(Optional<TruthFile> file, TruthAs as, SparkSession spark) {
        this.file = file;
        this.as = as;
        this.spark = spark;
    }

    /**
     * Checks, without Spark, that a file of truths is there.
     *
     * @param uri CSV or Parquet, null for the table's own column
     * @throws CardinalException if it is not
     * @throws IOException if its file system fails
     */
    public static void require(@Nullable String uri, Configuration configuration) throws IOException {
        if (uri != null) {
            TruthFormat.of(uri, configuration);
        }
    }

    /**
     * Opens the truth, and reads a file once to check it.
     *
     * @param uri CSV or Parquet, null for the table's own column
     * @throws CardinalException if the file cannot be used
     * @throws IOException if its file system fails
     */
    public static Truth open(@Nullable String uri, TruthAs as, SparkSession spark) throws IOException {
        if (uri == null) {
            return new Truth(Optional.empty(), as, spark);
        }
        Configuration configuration =
                JavaSparkContext.fromSparkContext(spark.sparkContext()).hadoopConfiguration();
        TruthFile file = TruthFile.read(TruthFormat.of(uri, configuration), spark, configuration);
        return new Truth(Optional.of(file), as, spark);
    }

    /** Whether it comes from a file, and what tables say themselves is not asked for. */
    public boolean isFile() {
        return file.isPresent();
    }

    /**
     * Gives rows their truth.
     *
     * @param rows with {@code path}, {@code sha256} and, unless this is a file, {@code truth}
     * @return the rows with {@link #TEXT} and {@link #INDEX}
     */
    public Dataset<Row> join(Dataset<Row> rows, List<ClassLabel> classes) {
        Dataset<Row> withText = file.isPresent() ? file.get().join(rows) : rows;
        return withText.join(broadcast(meanings(classes)), col(TEXT).equalTo(col("meaning")), "left")
                .drop("meaning");
    }

    private Dataset<Row> meanings(List<ClassLabel> classes) {
        List<Row> rows = TruthMap.of(classes, as).entrySet().stream()
                .map(entry -> RowFactory.create(entry.getKey(), entry.getValue()))
                .toList();
        StructType schema =
                new StructType().add("meaning", DataTypes.StringType).add(INDEX, DataTypes.IntegerType);
        return spark.createDataFrame(rows, schema);
    }

    /**
     * The truths that mean no class, the commonest first.
     *
     * @param rows with {@link #TEXT} and {@link #INDEX}
     */
    public static List<Metrics.Unmatched> unmatched(Dataset<Row> rows) {
        return rows
                .filter(col(TEXT).isNotNull().and(col(INDEX).isNull()))
                .groupBy(TEXT)
                .count()
                .orderBy(col("count").desc(), col(TEXT))
                .limit(UNMATCHED_SHOWN)
                .collectAsList()
                .stream()
                .map(row -> new Metrics.Unmatched(row.getString(0), row.getLong(1)))
                .toList();
    }

    /**
     * What to say where no row has a truth.
     *
     * @param rows those that were joined
     * @param directories of the predictions
     */
    public CardinalException none(Dataset<Row> rows, List<String> directories) {
        return file.map(each -> each.noneOf(rows))
                .orElseGet(() -> CardinalException.input("predictions " + String.join(", ", directories)
                        + " have no truth to evaluate against: label with --label-from parent-dir, or name a file of it"
                        + " with --truth"));
    }

    /** What to say where rows have truths but none means a class. */
    public static CardinalException noClass(String modelId, List<Metrics.Unmatched> unmatched) {
        List<String> commonest = unmatched.stream()
                .limit(UNMATCHED_IN_ERROR)
                .map(Metrics.Unmatched::truth)
                .map(text -> text.substring(0, Math.min(text.length(), SHOWN_OF_A_TEXT)))
                .toList();
        return CardinalException.input("no truth means a class of " + modelId + " (the commonest: " + commonest
                + "): name what they are with --truth-as");
    }
}
