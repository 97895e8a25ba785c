package dev.cardinal.job.compare;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.posexplode;
import static org.apache.spark.sql.functions.when;

import dev.cardinal.job.label.Predictions;
import dev.cardinal.job.truth.Truth;
import dev.cardinal.zoo.CardinalException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/**
 * The counts behind all statistics of a comparison, from one pass over the images for the pairs and one for the classes. Lives on
 * the driver; immutable.
 *
 * @param n images compared
 * @param withTruth images whose truth is a class
 * @param unmatched images whose truth does not match a class
 * @param ambiguous those of them whose truth is the name of several classes
 * @param ambiguousExample the truth of one of them, null if there is none
 * @param right for each teacher, images whose first prediction is correct
 * @param predicted for each teacher and class, images for which it predicts the class
 * @param pairs every pair of teachers
 */
@SuppressWarnings("ArrayRecordComponent") // counts are never compared
record PairCounts(
        long n,
        long withTruth,
        long unmatched,
        long ambiguous,
        @Nullable String ambiguousExample,
        List<Long> right,
        long[][] predicted,
        List<PairCount> pairs) {
    private static final int FIRST_TEACHER = 5;

    /**
     * Counts of two teachers.
     *
     * @param agreeing images for which both predict the same class
     * @param onlyA images for which only a is correct
     * @param onlyB images for which only b is correct
     */
    record PairCount(int a, int b, long agreeing, long onlyA, long onlyB) {}

    /**
     * Counts images.
     *
     * @param compared images from {@link ComparedImages#compared()}
     * @throws CardinalException if a prediction is a class that the teachers do not have
     */
    static PairCounts of(Dataset<Row> compared, int teachers, int classes) {
        List<Column> columns = new ArrayList<>(List.of(
                count(col(Truth.INDEX)),
                count_if(col(Truth.TEXT).isNotNull().and(col(Truth.INDEX).isNull())),
                count_if(col(Truth.AMBIGUOUS)),
                min(when(col(Truth.AMBIGUOUS), col(Truth.TEXT)))));
        for (int t = 0; t < teachers; t++) {
            columns.add(count_if(isCorrect(t)));
        }
        for (int a = 0; a < teachers; a++) {
            for (int b = a + 1; b < teachers; b++) {
                columns.add(count_if(ComparedImages.predicted(a).equalTo(ComparedImages.predicted(b))));
                columns.add(count_if(isCorrect(a).and(isCorrect(b).unary_$bang())));
                columns.add(count_if(isCorrect(b).and(isCorrect(a).unary_$bang())));
            }
        }
        Row row = compared.agg(count(lit(1)), columns.toArray(Column[]::new)).head();
        List<PairCount> pairs = new ArrayList<>();
        int column = FIRST_TEACHER + teachers;
        for (int a = 0; a < teachers; a++) {
            for (int b = a + 1; b < teachers; b++) {
                pairs.add(new PairCount(a, b, row.getLong(column), row.getLong(column + 1), row.getLong(column + 2)));
                column += 3;
            }
        }
        List<Long> right = IntStream.range(0, teachers)
                .mapToObj(t -> row.getLong(FIRST_TEACHER + t))
                .toList();
        return new PairCounts(
                row.getLong(0),
                row.getLong(1),
                row.getLong(2),
                row.getLong(3),
                row.getString(4),
                right,
                predicted(compared, teachers, classes),
                pairs);
    }

    private static Column isCorrect(int teacher) {
        return ComparedImages.predicted(teacher).equalTo(col(Truth.INDEX));
    }

    private static long[][] predicted(Dataset<Row> compared, int teachers, int classes) {
        Column[] predictions =
                IntStream.range(0, teachers).mapToObj(ComparedImages::predicted).toArray(Column[]::new);
        long[][] predicted = new long[teachers][classes];
        compared.select(posexplode(array(predictions)))
                .groupBy("pos", "col")
                .count()
                .collectAsList()
                .forEach(row -> {
                    int c = row.getInt(1);
                    if (c < 0 || c >= classes) {
                        throw Predictions.noSuchClass(c, classes);
                    }
                    predicted[row.getInt(0)][c] = row.getLong(2);
                });
        return predicted;
    }
}
