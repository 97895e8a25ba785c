package dev.cardinal.job.truth;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.cardinal.zoo.card.ClassLabel;
import dev.cardinal.zoo.card.Labels;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class TruthMatcherTest {
    private static final int NONE = TruthMatcher.NONE;
    private static final int AMBIGUOUS = TruthMatcher.AMBIGUOUS;

    /** ImageNet has two cranes. The name of the last class is the id of the first. */
    private static final List<ClassLabel> CLASSES = List.of(
            new ClassLabel("crane", "n02012849"),
            new ClassLabel("tench", "n01440764"),
            new ClassLabel("crane", "n03126707"),
            new ClassLabel("unnumbered", null),
            new ClassLabel("n02012849", "n99999999"));

    static Stream<Arguments> meanings() {
        return Stream.of(
                arguments(
                        TruthAs.NAME,
                        Map.of("tench", 1, "unnumbered", 3, "n02012849", 4, "crane", AMBIGUOUS, "n01440764", NONE)),
                arguments(
                        TruthAs.ID,
                        Map.of("n02012849", 0, "n01440764", 1, "n03126707", 2, "n99999999", 4, "tench", NONE)),
                arguments(
                        TruthAs.AUTO,
                        Map.of(
                                "tench", 1,
                                "unnumbered", 3,
                                "n02012849", 4,
                                "n01440764", 1,
                                "n03126707", 2,
                                "n99999999", 4,
                                "crane", AMBIGUOUS,
                                "1", NONE)),
                arguments(
                        TruthAs.INDEX,
                        Map.of("0", 0, " 4 ", 4, "1.0", 1, "2.", 2, "03", 3, "5", NONE, "-1", NONE, "1.5", NONE)),
                arguments(TruthAs.INDEX1, Map.of("1", 0, "5.0", 4, "0", NONE, "6", NONE, "tench", NONE, "1e0", NONE)));
    }

    @ParameterizedTest
    @MethodSource("meanings")
    void textMatchesAClassUnlessItMeansTwo(TruthAs truthAs, Map<String, Integer> expected) {
        TruthMatcher matcher = TruthMatcher.of(CLASSES, truthAs);

        expected.forEach(
                (text, index) -> assertThat(matcher.match(text)).as(text).isEqualTo(index));
    }

    @Test
    void idMatchesOnlyIfNoClassHasThatName() {
        TruthMatcher swapped =
                TruthMatcher.of(List.of(new ClassLabel("a", "b"), new ClassLabel("b", "a")), TruthAs.AUTO);
        TruthMatcher twice = TruthMatcher.of(
                List.of(new ClassLabel("a", null), new ClassLabel("a", null), new ClassLabel("b", "a")), TruthAs.AUTO);

        assertThat(List.of(swapped.match("a"), swapped.match("b"))).containsExactly(0, 1);
        assertThat(List.of(twice.match("a"), twice.match("b"))).containsExactly(AMBIGUOUS, 2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "maillot | 0 | whole label, also a synonym of 1",
                "maillot, tank suit | 1 | whole label",
                "tank suit | 1 | synonym",
                "' tank suit ' | 1 | spaces around",
                "Tank Suit | 1 | without regard to case",
                "MAILLOT_TANK_SUIT | 1 | separators",
                "polecat | -2 | synonym of 2 and 3",
                "Polecat | 4 | exact case first",
                "fitch, polecat | 2 | first synonym of the truth that matches",
                "wood pussy, mephitis | 3 | the other synonym is unknown",
                "mephitis, mephitis | -1 | no synonym is known",
                "'' | -1 | nothing",
                ", | -1 | no synonyms"
            })
    void synonymsMatch(String text, int expected, String reason) {
        TruthMatcher matcher = TruthMatcher.of(
                Stream.of("maillot", "maillot, tank suit", "fitch, polecat", "skunk, polecat, wood pussy", "Polecat")
                        .map(name -> new ClassLabel(name, null))
                        .toList(),
                TruthAs.AUTO);

        assertThat(matcher.match(text)).as(reason).isEqualTo(expected);
    }

    /**
     * {@code image/class/text} of the ImageNet TFRecords is the text of the synset. In Cardinal's labels only one of the cranes has
     * the name of both. The texts are made by src/test/fixtures/external_predictions.py.
     */
    @Test
    void textsOfImageNetMatchCardinalsLabels() throws IOException {
        List<ClassLabel> texts = imageNetTexts();
        List<ClassLabel> labels = new ArrayList<>();
        try (InputStream in =
                requireNonNull(Labels.class.getResourceAsStream("/dev/cardinal/zoo/labels/imagenet1k.tsv"))) {
            labels.addAll(Labels.read("imagenet1k", in));
        }

        assertThat(mismatches(labels, texts, TruthAs.AUTO)).containsExactly("134 crane 517");
    }

    @Test
    void textsOfImageNetMatchThemselvesInAnyCase() throws IOException {
        List<ClassLabel> texts = imageNetTexts();
        List<ClassLabel> upperCase = texts.stream()
                .map(label -> new ClassLabel(label.name().toUpperCase(Locale.ROOT), label.id()))
                .toList();

        assertThat(mismatches(texts, texts, TruthAs.NAME)).containsExactly("134 crane -2", "517 crane -2");
        assertThat(mismatches(texts, upperCase, TruthAs.AUTO)).containsExactly("134 CRANE -2", "517 CRANE -2");
        TruthMatcher matcher = TruthMatcher.of(texts, TruthAs.AUTO);
        for (int c = 0; c < texts.size(); c++) {
            assertThat(matcher.match(requireNonNull(texts.get(c).id()))).isEqualTo(c);
        }
    }

    @Test
    void matcherTravelsToExecutors() throws IOException, ClassNotFoundException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(TruthMatcher.of(CLASSES, TruthAs.AUTO));
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            assertThat(((TruthMatcher) in.readObject()).match("Tench")).isEqualTo(1);
        }
    }

    private static List<String> mismatches(List<ClassLabel> labels, List<ClassLabel> truths, TruthAs truthAs) {
        TruthMatcher matcher = TruthMatcher.of(labels, truthAs);
        List<String> mismatches = new ArrayList<>();
        for (int c = 0; c < truths.size(); c++) {
            int found = matcher.match(truths.get(c).name());
            if (found != c) {
                mismatches.add(c + " " + truths.get(c).name() + " " + found);
            }
        }
        assertThat(truths).hasSize(1000);
        return mismatches;
    }

    private static List<ClassLabel> imageNetTexts() throws IOException {
        try (InputStream in = requireNonNull(TruthMatcherTest.class.getResourceAsStream("imagenet.tsv"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split("\t", -1))
                    .map(fields -> new ClassLabel(fields[1], fields[0]))
                    .toList();
        }
    }
}
