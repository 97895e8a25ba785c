package dev.cardinal.job.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.job.compare.Comparison.Recommendation;
import dev.cardinal.job.compare.Comparison.Teacher;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RecommenderTest {
    private static final long G = 1_000_000_000;

    @Test
    void cheapestWithinHalfAPointIsRecommendedBesideTheBest() {
        Recommendation recommendation = recommend(
                List.of(9000L, 8950L, 8949L),
                10_000,
                teacher("large", "fp32", 10.0, 16 * G),
                teacher("middle", "fp32", 40.0, 4 * G + 230_000_000),
                teacher("small", "fp32", 90.0, G));

        assertThat(recommendation)
                .isEqualTo(
                        new Recommendation(
                                0,
                                1,
                                "middle is the cheapest within 0.5 points of the best top-1: 89.50 % at 4.23 G MACs an image and"
                                        + " 40.0 images/s, where large has 90.00 % at 16.00 G MACs an image and 10.0 images/s"));
    }

    @Test
    void bestThatIsTheCheapestIsNamedAlone() {
        assertThat(recommend(List.of(90L, 80L), 100, teacher("a", "fp32", 10.0, 9 * G), teacher("b", "fp32", 20.0, G)))
                .isEqualTo(new Recommendation(
                        0,
                        0,
                        "a has the best top-1, 90.00 %, and no other is within 0.5 points of it (9.00 G MACs an image and"
                                + " 10.0 images/s)"));
        assertThat(recommend(
                        List.of(90L, 90L), 100, teacher("a", "fp32", 10.0, 9 * G), teacher("b", "fp32", 20.0, 5000L)))
                .isEqualTo(new Recommendation(
                        1,
                        1,
                        "b has the best top-1, 90.00 %, and no other within 0.5 points of it is cheaper (5,000 MACs an"
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
                .contains("where m in fp32 has 90.10 %");
    }

    @Test
    void whereMacsAreNotKnownSpeedDecides() {
        Recommendation recommendation =
                recommend(List.of(90L, 90L), 100, teacher("a", "fp32", 10.0, G), teacher("b", "fp32", 25.0, null));

        assertThat(recommendation.cheapest()).isEqualTo(1);
        assertThat(recommendation.reason()).endsWith("(25.0 images/s)");
    }

    @Test
    void teachersThatAreAlikeAreToldApartByTheirTables() {
        assertThat(recommend(List.of(90L, 50L), 100, teacher("m", "fp32", 10.0, G), teacher("m", "fp32", 25.0, G))
                        .reason())
                .startsWith("m in fp32 (/tables/m10.0) has the best");
    }

    @Test
    void speedThatIsNotKnownTakesNoPart() {
        assertThat(recommend(List.of(90L, 90L), 100, teacher("a", "fp32", null, 9 * G), teacher("b", "fp32", 20.0, G)))
                .isEqualTo(new Recommendation(
                        1,
                        1,
                        "b has the best top-1, 90.00 %, and no other within 0.5 points of it is cheaper (1.00 G MACs an"
                                + " image)"));
        assertThat(recommend(
                        List.of(90L, 90L), 100, teacher("a", "fp32", null, null), teacher("b", "fp32", 20.0, null)))
                .isEqualTo(
                        new Recommendation(
                                0,
                                0,
                                "a has the best top-1, 90.00 %, and which within 0.5 points of it is the cheapest is not known"));
        assertThat(recommend(List.of(90L, 80L), 100, teacher("a", "fp32", null, G), teacher("b", "fp32", 20.0, G))
                        .reason())
                .endsWith("and no other is within 0.5 points of it (1.00 G MACs an image)");
    }

    private static Recommendation recommend(List<Long> right, long n, Teacher... teachers) {
        return new Recommender(List.of(teachers), right, n).recommend();
    }

    private static Teacher teacher(
            String model, String precision, @Nullable Double imagesPerSecond, @Nullable Long macs) {
        return new Teacher(
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
