package dev.cardinal.job.select;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.zoo.CardinalException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import scala.collection.Seq;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Command for the expected values: {@code python3 -c "import numpy as np; f = lambda z, t: np.exp(np.array(z) / t) / np.exp(np.array(z) / t).sum();
 * print(f([1, 3, 2], 1), f([1, 3, 2], 2), (f([1, 3, 2], 1) + f([3, 0, 0], 1)) / 2)"}.
 */
class ScoreFunctionTest {
    @Test
    void scoresAreTheSoftmaxOfTheLogits() {
        assertThat(softmax(3, 3, 1).call("a", teachers(List.of(1f, 3f, 2f))))
                .containsExactly(row(1, 0.6652409558), row(2, 0.2447284711), row(0, 0.0900305732));
    }

    @Test
    void higherTemperatureMakesScoresMoreEqual() {
        assertThat(softmax(3, 2, 2).call("a", teachers(List.of(1f, 3f, 2f))))
                .containsExactly(row(1, 0.5064803911), row(2, 0.3071958857));
    }

    @Test
    void temperatureNearZeroGivesAllToOneClass() {
        assertThat(softmax(3, 2, 1e-308).call("a", teachers(List.of(1f, 3f, 2f))))
                .containsExactly(row(1, 1), row(0, 0));
    }

    @Test
    void scoresOfSeveralTeachersAreAveraged() {
        assertThat(softmax(3, 3, 1).call("a", teachers(List.of(1f, 3f, 2f), List.of(3f, 0f, 0f))))
                .containsExactly(row(0, 0.4997367858), row(1, 0.3552597283), row(2, 0.1450034859));
    }

    @Test
    void equalScoresAreOrderedByClassIndex() {
        assertThat(softmax(4, 2, 1).call("a", teachers(List.of(0f, 5f, 5f, 5f))))
                .extracting(row -> row.getInt(0))
                .containsExactly(1, 2);
    }

    @Test
    void largeLogitsDoNotOverflow() {
        assertThat(softmax(2, 2, 0.01).call("a", teachers(List.of(1000f, -1000f))))
                .containsExactly(row(0, 1), row(1, 0));
    }

    @Test
    void nanOrInfiniteLogitMakesScoresNan() {
        assertThat(softmax(2, 2, 1).call("a", teachers(List.of(Float.NaN, 1f))))
                .allMatch(row -> Float.isNaN(row.getFloat(1)));
        assertThat(softmax(2, 2, 1).call("a", teachers(List.of(Float.POSITIVE_INFINITY, 1f))))
                .anyMatch(row -> Float.isNaN(row.getFloat(1)));
    }

    @Test
    void wrongNumberOfLogitsIsRejected() {
        assertThatThrownBy(() -> softmax(3, 2, 1).call("file:/a.jpg", teachers(List.of(1f, 2f))))
                .isInstanceOf(CardinalException.class)
                .hasMessage("predictions have 2 logits for file:/a.jpg, but the model has 3 classes");
        assertThatThrownBy(() -> softmax(3, 2, 1).call("file:/a.jpg", seq(Collections.singletonList(null))))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("have 0 logits for file:/a.jpg");
    }

    /** {@code p = np.array([.2, .7, .1]); print(p ** .5 / (p ** .5).sum(), (f([1, 3, 2], 1) + p) / 2)}. */
    @Test
    void probabilitiesAreUsedAsTheyAreOrSharpened() {
        Seq<@Nullable Seq<Float>> probabilities = teachers(List.of(0.2f, 0.7f, 0.1f));

        assertThat(new ScoreFunction(3, 3, 1, Set.of(0)).call("a", probabilities))
                .containsExactly(row(1, 0.7f), row(0, 0.2f), row(2, 0.1f));
        assertThat(new ScoreFunction(3, 3, 2, Set.of(0)).call("a", probabilities))
                .containsExactly(row(1, 0.52287936), row(0, 0.2794908), row(2, 0.19762984));
        assertThat(new ScoreFunction(3, 3, 1, Set.of(1))
                        .call("a", teachers(List.of(1f, 3f, 2f), List.of(0.2f, 0.7f, 0.1f))))
                .containsExactly(row(1, 0.68262047), row(2, 0.17236423), row(0, 0.14501528));
    }

    @Test
    void isSerializable() throws IOException, ClassNotFoundException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(softmax(3, 2, 1));
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            ScoreFunction received = (ScoreFunction) in.readObject();
            assertThat(received.call("a", teachers(List.of(1f, 3f, 2f)))).hasSize(2);
        }
    }

    private static ScoreFunction softmax(int classes, int p, double temperature) {
        return new ScoreFunction(classes, p, temperature, Set.of());
    }

    private static Row row(int classIndex, double score) {
        return RowFactory.create(classIndex, (float) score);
    }

    private static Seq<@Nullable Seq<Float>> teachers(List<Float> logits) {
        return seq(List.of(seq(logits)));
    }

    private static Seq<@Nullable Seq<Float>> teachers(List<Float> logits, List<Float> others) {
        return seq(List.of(seq(logits), seq(others)));
    }

    private static <T> Seq<T> seq(List<T> list) {
        return CollectionConverters.asScala(list).toSeq();
    }
}
