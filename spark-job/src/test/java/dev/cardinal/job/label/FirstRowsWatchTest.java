package dev.cardinal.job.label;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.job.TestSpark;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FirstRowsWatchTest {
    @Test
    void warningNamesTheThreeMostFrequentReasonsAndWhatToDo() {
        Map<String, Long> counts = Map.of(
                "ok", 10L,
                "unsupported: not an image: the file contains text", 700L,
                "empty: no bytes", 200L,
                "undecodable: a", 50L,
                "undecodable: b", 40L);

        assertThat(FirstRowsWatch.warning(counts))
                .hasValue(
                        "warning: 990 of the first 1,000 rows are not ok: 700 unsupported: not an image: the file contains"
                                + " text; 200 empty: no bytes; 50 undecodable: a; and other reasons. Choose the images with --include,"
                                + " or say what the files are with --input-format");
        assertThat(FirstRowsWatch.warning(Map.of("ok", 101L, "empty: no bytes", 899L)))
                .isEmpty();
        assertThat(FirstRowsWatch.warning(Map.of())).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "ok, , ok",
        "unreadable, not found: File file:/a/b.png does not exist, unreadable: not found: File ... does not exist",
        "too_large, 300000000 pixels, too_large: N pixels"
    })
    void reasonDoesNotDependOnTheImage(String status, String error, String expected) {
        assertThat(FirstRows.outcome(status, error)).isEqualTo(expected);
    }

    @Test
    void tasksAreWatchedAndTheWarningIsGivenOnce() {
        List<String> warnings = new ArrayList<>();
        try (FirstRowsWatch watch = FirstRowsWatch.start(TestSpark.session().sparkContext(), warnings::add)) {
            FirstRows rows = watch.rows();
            TestSpark.context()
                    .parallelize(IntStream.range(0, 3000).boxed().toList(), 3)
                    .foreach(i -> rows.add(FirstRows.outcome("empty", "no bytes")));
        }

        assertThat(warnings)
                .singleElement()
                .asString()
                .contains(" rows are not ok: ")
                .contains(" empty: no bytes. Look at one of the files");
    }
}
