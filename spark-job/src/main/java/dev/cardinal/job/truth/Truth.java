package dev.cardinal.job.truth;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.when;

import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.card.ClassLabel;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.expressions.UserDefinedFunction;
import org.apache.spark.sql.types.DataTypes;
import org.jspecify.annotations.Nullable;

/**
 * The true classes of images: the {@code truth} column of their predictions table, or a separate file. Lives on the driver;
 * immutable.
 */
public final class Truth {
    /** Column with the text of the truth, null if the image has none. */
    public static final String TEXT = "truth";
    /** Column with the index of the class that the text means, null if it does not match a class. */
    public static final String INDEX = "truth_index";
    /** Column that says whether the text is the name of several classes; never null. */
    public static final String AMBIGUOUS = "truth_is_ambiguous";

    private static final String MATCH = "truth_match";

    private static final int UNMATCHED_SHOWN = 100;
    private static final int UNMATCHED_IN_ERROR = 5;
    private static final int MAX_TEXT_LENGTH = 80;

    private final Optional<TruthFile> file;
    private final TruthAs as;

    private Truth(Optional<TruthFile> file, TruthAs as) {
        this.file = file;
        this.as = as;
    }

    /**
     * Checks, without Spark, that a truth file exists and has a known format.
     *
     * @param uri CSV or Parquet, null for the table's own column
     * @throws CardinalException if it does not
     * @throws IOException if its file system fails
     */
    public static void require(@Nullable String uri, Configuration configuration) throws IOException {
        if (uri != null) {
            TruthFormat.of(uri, configuration);
        }
    }

    /**
     * Opens the truth. Reads a truth file once to check it.
     *
     * @param uri CSV or Parquet, null for the table's own column
     * @throws CardinalException if the file cannot be used
     * @throws IOException if its file system fails
     */
    public static Truth open(@Nullable String uri, TruthAs as, SparkSession spark) throws IOException {
        if (uri == null) {
            return new Truth(Optional.empty(), as);
        }
        Configuration configuration = spark.sparkContext().hadoopConfiguration();
        TruthFile file = TruthFile.read(TruthFormat.of(uri, configuration), spark, configuration);
        return new Truth(Optional.of(file), as);
    }

    /** Returns whether the truth comes from a file, and the tables' own truth is ignored. */
    public boolean isFile() {
        return file.isPresent();
    }

    /**
     * Adds the truth to rows.
     *
     * @param rows with {@code path}, {@code sha256} and, unless this is a file, {@code truth}
     * @param tables rows with every {@code truth} of the tables, cheaper to read than {@code rows}, or the same
     * @return the rows with {@link #TEXT}, {@link #INDEX} and {@link #AMBIGUOUS}
     */
    public MatchedTruth match(Dataset<Row> rows, Dataset<Row> tables, List<ClassLabel> classes) {
        IndexBase base = IndexBase.of(file.map(TruthFile::texts).orElseGet(() -> tables.select(TEXT)), classes, as);
        UserDefinedFunction match = udf(new Match(TruthMatcher.of(classes, base.as())), DataTypes.IntegerType);
        Dataset<Row> matched = file.map(each -> each.join(rows))
                .orElse(rows)
                .withColumn(MATCH, match.apply(col(TEXT)))
                .withColumn(INDEX, when(col(MATCH).geq(0), col(MATCH)))
                .withColumn(AMBIGUOUS, coalesce(col(MATCH).equalTo(TruthMatcher.AMBIGUOUS), lit(false)))
                .drop(MATCH);
        return new MatchedTruth(matched, base.note());
    }

    private record Match(TruthMatcher matcher) implements UDF1<@Nullable String, @Nullable Integer> {
        @Override
        public @Nullable Integer call(@Nullable String text) {
            return text == null ? null : matcher.match(text);
        }
    }

    /**
     * Returns the truths that do not match a class, the most frequent first.
     *
     * @param rows with {@link #TEXT} and {@link #INDEX}
     */
    public static List<UnmatchedTruth> unmatched(Dataset<Row> rows) {
        return rows
                .filter(col(TEXT).isNotNull().and(col(INDEX).isNull()))
                .groupBy(TEXT)
                .count()
                .orderBy(col("count").desc(), col(TEXT))
                .limit(UNMATCHED_SHOWN)
                .collectAsList()
                .stream()
                .map(row -> new UnmatchedTruth(row.getString(0), row.getLong(1)))
                .toList();
    }

    /**
     * Returns the error for rows that have no truth at all.
     *
     * @param rows the rows that were joined
     * @param directories of the predictions, for the message
     */
    public CardinalException noTruth(Dataset<Row> rows, List<String> directories) {
        return file.map(each -> each.noMatch(rows))
                .orElseGet(() -> CardinalException.input("predictions " + String.join(", ", directories)
                        + " have no truth: label with --label-from parent-dir, or name a truth file with --truth"));
    }

    /** Returns the error for rows that have truths, none of which matches a class. */
    public static CardinalException noMatchingClass(String modelId, List<UnmatchedTruth> unmatched) {
        List<String> mostFrequent = unmatched.stream()
                .limit(UNMATCHED_IN_ERROR)
                .map(UnmatchedTruth::truth)
                .map(text -> text.substring(0, Math.min(text.length(), MAX_TEXT_LENGTH)))
                .toList();
        return CardinalException.input("no truth is a class of " + modelId + " (the most frequent truths: "
                + mostFrequent + "): say what they are with --truth-as name, id, index or index1");
    }
}
