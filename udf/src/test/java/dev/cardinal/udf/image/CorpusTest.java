package dev.cardinal.udf.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.udf.image.ImageOptions.ExifOrientation;
import dev.cardinal.udf.image.ImageOptions.Truncated;
import dev.cardinal.udf.image.Preparation.Ready;
import dev.cardinal.udf.image.Preparation.Rejected;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

/**
 * Reads the corpus of unusual files, src/test/corpus: pixels equal Pillow 12.3.0's, or the message says why there are
 * none. make_corpus.py makes it, and its head gives the command.
 */
class CorpusTest {

    static final Path CORPUS = Path.of("src/test/corpus");

    private static final ImagePreparer AS_STORED = preparer(ExifOrientation.IGNORE, Truncated.REJECT);
    private static final ImagePreparer ORIENTED = preparer(ExifOrientation.APPLY, Truncated.REJECT);
    private static final ImagePreparer KEEPING = preparer(ExifOrientation.IGNORE, Truncated.KEEP);

    private static ImagePreparer preparer(ExifOrientation orientation, Truncated truncated) {
        return ImagePreparer.create(
                Cards.torchvision(null, null),
                new ImageOptions(ImageOptions.DEFAULT_MAX_PIXELS, orientation, truncated));
    }

    /** Returns the content of all files of the corpus. */
    static List<byte[]> files(Path corpus) throws IOException {
        try (Stream<Path> files = Files.list(corpus.resolve("files"))) {
            List<byte[]> contents = new ArrayList<>();
            for (Path file : files.sorted().toList()) {
                contents.add(Files.readAllBytes(file));
            }
            return contents;
        }
    }

    @AfterAll
    static void closePreparers() {
        AS_STORED.close();
        ORIENTED.close();
        KEEPING.close();
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvFileSource(files = "src/test/corpus/corpus.csv", numLinesToSkip = 1)
    void fileIsReadOrRefusedAsListed(
            String file,
            @Nullable String option,
            @Nullable Integer width,
            @Nullable Integer height,
            @Nullable String sha256,
            @Nullable String status,
            @Nullable String error)
            throws IOException {
        byte[] encoded = Files.readAllBytes(CORPUS.resolve("files").resolve(file));

        Preparation preparation = preparer(option).prepare(encoded);

        if (sha256 == null) {
            assertThat(preparation).isInstanceOfSatisfying(Rejected.class, rejected -> {
                assertThat(rejected.error()).isEqualTo(error);
                assertThat(rejected.status().id()).isEqualTo(status);
            });
        } else {
            assertThat(preparation).isInstanceOfSatisfying(Ready.class, ready -> {
                assertThat(ready.width()).isEqualTo(width);
                assertThat(ready.height()).isEqualTo(height);
                assertThat(Sha256.of(ready.rgb())).isEqualTo(sha256);
            });
        }
    }

    private static ImagePreparer preparer(@Nullable String option) {
        return "orientation".equals(option) ? ORIENTED : "keep".equals(option) ? KEEPING : AS_STORED;
    }
}
