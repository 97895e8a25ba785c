package dev.cardinal.job.compare;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.posexplode;

import dev.cardinal.job.evaluate.Truth;
import dev.cardinal.job.predictions.Predictions;
import dev.cardinal.zoo.CardinalException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * The counts that all statistics of a comparison are made of, from one pass over the images for the pairs and one for the classes.
 * Lives on the driver; immutable.
 *
 * @param n images compared
 * @param withTruth those whose truth is a class
 * @param unmatched those with a truth that is none
 * @param right by teacher, those it has right
 * @param predicted by teacher and class, those it takes for the class
 * @param pairs every two teachers
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares counts
record PairCounts(long n, long withTruth, long unmatched, List<Long> right, long[][] predicted, List<Pair> pairs) {
    private static final int FIRST_OF_TEACHERS = 3;

    /**
     * Two teachers.
     *
     * @param agreeing images that both take for the same
     * @param onlyA images that a alone has right
     * @param onlyB images that b alone has right
     */
    record Pair(int a, int b, long agreeing, long onlyA, long onlyB) {}

    /**
     * Counts.
     *
     * @param compared images, as {@link ComparedImages#compared()} has them
     * @throws CardinalException if one was taken for a class that the teachers do not have
     */
    static PairCounts of(Dataset<Row> compared, int teachers, int classes) {
        List<Column> columns = new ArrayList<>(List.of(
                count(col(Truth.INDEX)),
                count_if(col(Truth.TEXT).isNotNull().and(col(Truth.INDEX).isNull()))));
        for (int t = 0; t < teachers; t++) {
            columns.add(count_if(isRight(t)));
        }
        for (int a = 0; a < teachers; a++) {
            for (int b = a + 1; b < teachers; b++) {
                columns.add(count_if(ComparedImages.predicted(a).equalTo(ComparedImages.predicted(b))));
                columns.add(count_if(isRight(a).and(isRight(b).unary_$bang())));
                columns.add(count_if(isRight(b).and(isRight(a).unary_$bang())));
            }
        }
        Row row = compared.agg(count(lit(1)), columns.toArray(Column[]::new)).head();
        List<Pair> pairs = new ArrayList<>();
        int column = FIRST_OF_TEACHERS + teachers;
        for (int a = 0; a < teachers; a++) {
            for (int b = a + 1; b < teachers; b++) {
                pairs.add(new Pair(a, b, row.getLong(column), row.getLong(column + 1), row.getLong(column + 2)));
                column += 3;
            }
        }
        List<Long> right = IntStream.range(0, teachers)
                .mapToObj(t -> row.getLong(FIRST_OF_TEACHERS + t))
                .toList();
        return new PairCounts(
                row.getLong(0), row.getLong(1), row.getLong(2), right, predicted(compared, teachers, classes), pairs);
    }

    private static Column isRight(int teacher) {
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
