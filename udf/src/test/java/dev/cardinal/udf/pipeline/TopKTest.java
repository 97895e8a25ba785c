package dev.cardinal.udf.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.cardinal.zoo.card.ClassLabel;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TopKTest {
    private static final float NAN = Float.NaN;

    static Stream<Arguments> scores() {
        return Stream.of(
                arguments("highest first", floats(0.1f, 0.6f, 0.3f), 2, ints(1, 2)),
                arguments("rising scores", floats(1, 2, 3, 4, 5), 3, ints(4, 3, 2)),
                arguments("falling scores", floats(5, 4, 3, 2, 1), 3, ints(0, 1, 2)),
                arguments("a tie goes to the lower index", floats(0.2f, 0.4f, 0.4f), 2, ints(1, 2)),
                arguments("a tie at the cut goes to the lower index", floats(0.2f, 0.4f, 0.2f), 2, ints(1, 0)),
                arguments("all equal", floats(0.25f, 0.25f, 0.25f, 0.25f), 3, ints(0, 1, 2)),
                arguments("zeros of either sign are equal", floats(-0.0f, 0.0f, -0.0f), 2, ints(0, 1)),
                arguments("k larger than the number of classes", floats(0.1f, 0.9f), 10, ints(1, 0)),
                arguments("one class", floats(1), 1, ints(0)),
                arguments("NaN comes last", floats(NAN, 0.2f, NAN, 0.8f), 4, ints(3, 1, 0, 2)),
                arguments("NaN displaces no score", floats(0.5f, 0.3f, NAN), 2, ints(0, 1)),
                arguments("a score displaces NaN", floats(NAN, NAN, 0.1f), 2, ints(2, 0)),
                arguments("only NaN", floats(NAN, NAN, NAN), 2, ints(0, 1)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("scores")
    void classesAreInOrderOfScoreThenIndex(String what, float[] scores, int k, int[] expected) {
        assertThat(TopK.indices(scores, k)).as(what).containsExactly(expected);
    }

    @Test
    void agreesWithACompleteSort() {
        Random random = new Random(1);
        for (int round = 0; round < 500; round++) {
            int classes = 1 + random.nextInt(40);
            float[] scores = new float[classes];
            for (int c = 0; c < classes; c++) {
                scores[c] = random.nextInt(8) / 8f; // few values, so that many are equal
            }
            int k = 1 + random.nextInt(12);
            int[] sorted = IntStream.range(0, classes)
                    .boxed()
                    .sorted(Comparator.comparing((Integer c) -> -scores[c]).thenComparing(c -> c))
                    .limit(k)
                    .mapToInt(c -> c)
                    .toArray();

            assertThat(TopK.indices(scores, k)).containsExactly(sorted);
        }
    }

    @Test
    void rowsHoldIndexLabelAndScore() {
        List<ClassLabel> labels =
                List.of(new ClassLabel("cat", null), new ClassLabel("dog", "n02084071"), new ClassLabel("eel", null));

        assertThat(TopK.rows(floats(0.25f, 0.5f, 0.25f), 2, labels))
                .containsExactly(RowFactory.create(1, "dog", 0.5f), RowFactory.create(0, "cat", 0.25f));
    }

    private static float[] floats(float... values) {
        return values;
    }

    private static int[] ints(int... values) {
        return values;
    }
}
