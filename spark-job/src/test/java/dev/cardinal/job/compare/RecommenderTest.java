package dev.cardinal.job.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.job.compare.Comparison.Recommendation;
import dev.cardinal.job.compare.Comparison.TeacherMetrics;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RecommenderTest {
    private static final long G = 1_000_000_000;

    @Test
    void cheapestWithinHalfAPointIsRecommendedInAdditionToTheBest() {
        Recommendation recommendation = recommend(
                List.of(9000L, 8950L, 8949L),
                10_000,
                teacher("large", "fp32", 10.0, 16 * G),
                teacher("middle", "fp32", 40.0, 4 * G + 230_000_000),
                teacher("small", "fp32", 90.0, G));

        assertThat(recommendation)
                .isEqualTo(new Recommendation(
                        0,
                        1,
                        "middle is the cheapest within 0.5 points of the best top-1: 89.50 % at 4.23 G MACs per image and"
                                + " 40.0 images/s; large has 90.00 % at 16.00 G MACs per image and 10.0 images/s"));
    }

    @Test
    void bestThatIsAlsoTheCheapestIsRecommendedAlone() {
        assertThat(recommend(List.of(90L, 80L), 100, teacher("a", "fp32", 10.0, 9 * G), teacher("b", "fp32", 20.0, G)))
                .isEqualTo(new Recommendation(
                        0,
                        0,
                        "a has the best top-1, 90.00 %, and no other teacher is within 0.5 points of it (9.00 G MACs per image and"
                                + " 10.0 images/s)"));
        assertThat(recommend(
                        List.of(90L, 90L), 100, teacher("a", "fp32", 10.0, 9 * G), teacher("b", "fp32", 20.0, 5000L)))
                .isEqualTo(new Recommendation(
                        1,
                        1,
                        "b has the best top-1, 90.00 %, and no cheaper teacher is within 0.5 points of it (5,000 MACs per"
                                + " image and 20.0 images/s)"));
    }

    @Test
    void precisionsOfOneModelDifferBySpeed() {
        Recommendation recommendation =
                recommend(List.of(901L, 900L), 1000, teacher("m", "fp32", 10.0, G), teacher("m", "bf16", 25.0, G));

        assertThat(recommendation.best()).isZero();
        assertThat(recommendation.cheapest()).isEqualTo(1);
        assertThat(recommendation.reason())
                .startsWith("m in bf16 is the cheapest")
                .contains("; m in fp32 has 90.10 %");
    }

    @Test
    void speedDecidesIfMacsAreUnknown() {
        Recommendation recommendation =
                recommend(List.of(90L, 90L), 100, teacher("a", "fp32", 10.0, G), teacher("b", "fp32", 25.0, null));

        assertThat(recommendation.cheapest()).isEqualTo(1);
        assertThat(recommendation.reason()).endsWith("(25.0 images/s)");
    }

    @Test
    void teachersOfOneModelAndPrecisionAreNamedByTheirTables() {
        assertThat(recommend(List.of(90L, 50L), 100, teacher("m", "fp32", 10.0, G), teacher("m", "fp32", 25.0, G))
                        .reason())
                .startsWith("m in fp32 (/tables/m10.0) has the best");
    }

    @Test
    void unknownSpeedIsNotCompared() {
        assertThat(recommend(List.of(90L, 90L), 100, teacher("a", "fp32", null, 9 * G), teacher("b", "fp32", 20.0, G)))
                .isEqualTo(new Recommendation(
                        1,
                        1,
                        "b has the best top-1, 90.00 %, and no cheaper teacher is within 0.5 points of it (1.00 G MACs per"
                                + " image)"));
        assertThat(recommend(
                        List.of(90L, 90L), 100, teacher("a", "fp32", null, null), teacher("b", "fp32", 20.0, null)))
                .isEqualTo(
                        new Recommendation(
                                0,
                                0,
                                "a has the best top-1, 90.00 %, and it is not known which teacher within 0.5 points of it is the cheapest"));
        assertThat(recommend(List.of(90L, 80L), 100, teacher("a", "fp32", null, G), teacher("b", "fp32", 20.0, G))
                        .reason())
                .endsWith("and no other teacher is within 0.5 points of it (1.00 G MACs per image)");
    }

    private static Recommendation recommend(List<Long> right, long n, TeacherMetrics... teachers) {
        return new Recommender(List.of(teachers), right, n).recommend();
    }

    private static TeacherMetrics teacher(
            String model, String precision, @Nullable Double imagesPerSecond, @Nullable Long macs) {
        return new TeacherMetrics(
                List.of("/tables/" + model + imagesPerSecond),
                model,
                precision,
                0,
                0,
                null,
                null,
                null,
                imagesPerSecond,
                macs);
    }
}
