package dev.cardinal.job.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.cardinal.zoo.ClassLabel;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TruthMapTest {
    /** ImageNet has two cranes and two maillots; the last class is named like the id of the first. */
    private static final List<ClassLabel> CLASSES = List.of(
            new ClassLabel("crane", "n02012849"),
            new ClassLabel("tench", "n01440764"),
            new ClassLabel("crane", "n03126707"),
            new ClassLabel("unnumbered", null),
            new ClassLabel("n02012849", "n99999999"));

    static Stream<Arguments> meanings() {
        return Stream.of(
                arguments(TruthAs.NAME, Map.of("tench", 1, "unnumbered", 3, "n02012849", 4)),
                arguments(TruthAs.ID, Map.of("n02012849", 0, "n01440764", 1, "n03126707", 2, "n99999999", 4)),
                arguments(
                        TruthAs.AUTO,
                        Map.of(
                                "tench", 1,
                                "unnumbered", 3,
                                "n02012849", 4,
                                "n01440764", 1,
                                "n03126707", 2,
                                "n99999999", 4)),
                arguments(TruthAs.INDEX, Map.of("0", 0, "1", 1, "2", 2, "3", 3, "4", 4)),
                arguments(TruthAs.INDEX1, Map.of("1", 0, "2", 1, "3", 2, "4", 3, "5", 4)));
    }

    @ParameterizedTest
    @MethodSource("meanings")
    void textMeansAClassUnlessItMeansTwo(TruthAs truthAs, Map<String, Integer> expected) {
        assertThat(TruthMap.of(CLASSES, truthAs)).isEqualTo(expected);
    }

    static Stream<Arguments> idsThatAreNames() {
        return Stream.of(
                arguments(List.of(new ClassLabel("a", "b"), new ClassLabel("b", "a")), Map.of("a", 0, "b", 1)),
                arguments(
                        List.of(new ClassLabel("a", null), new ClassLabel("a", null), new ClassLabel("b", "a")),
                        Map.of("b", 2)));
    }

    @ParameterizedTest
    @MethodSource("idsThatAreNames")
    void idCountsOnlyWhereNoClassHasThatName(List<ClassLabel> classes, Map<String, Integer> expected) {
        assertThat(TruthMap.of(classes, TruthAs.AUTO)).isEqualTo(expected);
    }
}
