package dev.cardinal.udf.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.udf.image.Preparation.Ready;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

/** Files that are truncated at every possible length. */
class TruncationTest {

    private static final ImagePreparer PREPARER =
            ImagePreparer.create(Cards.torchvision(32, 28), ImageOptions.defaults());

    @AfterAll
    static void closePreparer() {
        PREPARER.close();
    }

    /** truncations.csv is made by src/test/python/truncations.py, whose head gives the command. */
    @ParameterizedTest(name = "{0}")
    @CsvFileSource(resources = "truncations.csv", numLinesToSkip = 1)
    void truncatedFileIsReadIfPillowReadsIt(String file, int shortest) {
        byte[] whole = TestImages.read(file);
        List<Integer> accepted = new ArrayList<>();
        for (int length = 0; length <= whole.length; length++) {
            if (PREPARER.prepare(Arrays.copyOf(whole, length)) instanceof Ready) {
                accepted.add(length);
            }
        }

        assertThat(accepted)
                .as("lengths of %d at which the file is read", whole.length)
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(shortest, whole.length).boxed().toList());
    }
}
