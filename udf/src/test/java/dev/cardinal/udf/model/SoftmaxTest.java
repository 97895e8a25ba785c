package dev.cardinal.udf.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SoftmaxTest {
    @Test
    void resultsAreThoseOfNumPy() {
        // python3 -c "import numpy as np; z = np.array([1., 2., 4.]) / 2; p = np.exp(z); print(p / p.sum())"
        assertThat(Softmax.of(new float[] {1, 2, 4}, 2)).containsExactly(0.14024438f, 0.2312239f, 0.6285317f);
        // python3 -c "import numpy as np; p = np.array([.7, .2]) ** .5; print(p / p.sum())"
        assertThat(Softmax.sharpen(new float[] {0.7f, 0.2f}, 2)).containsExactly(0.65166855f, 0.34833148f);
    }

    @Test
    void impossibleClassStaysImpossible() {
        assertThat(Softmax.sharpen(new double[] {0, 1}, 2)).containsExactly(0, 1);
    }

    @Test
    void nanOrInfiniteLogitMakesAllNan() {
        assertThat(Softmax.of(new float[] {Float.NaN, 1}, 1)).containsOnly(Float.NaN);
        assertThat(Softmax.of(new float[] {Float.POSITIVE_INFINITY, 1}, 1)).containsOnly(Float.NaN);
    }
}
