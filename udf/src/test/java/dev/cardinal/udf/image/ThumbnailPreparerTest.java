package dev.cardinal.udf.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.udf.image.Preparation.Ready;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ThumbnailPreparerTest {
    @ParameterizedTest
    @CsvSource({
        "4000, 3000, 112, 84",
        "3000, 4000, 84, 112",
        "113, 112, 112, 111",
        "112, 112, 112, 112",
        "28, 20, 28, 20",
        "1, 1000000, 1, 112"
    })
    void longerEdgeIsLimitedAndNothingIsEnlarged(int width, int height, int fittedWidth, int fittedHeight) {
        Geometry.Size fitted = new Geometry.Size(fittedWidth, fittedHeight);

        assertThat(Geometry.within(112, width, height)).isEqualTo(new Geometry(fitted, 0, 0, fitted, 0, 0, fitted));
    }

    @Test
    void wholeImageIsScaled() {
        try (ImagePreparer preparer = ImagePreparer.thumbnails(20, ImageOptions.defaults())) {
            Ready ready = (Ready) preparer.prepare(TestImages.read("baseline_444.jpg"));

            assertThat(ready.sourceWidth()).isEqualTo(43);
            assertThat(ready.sourceHeight()).isEqualTo(35);
            assertThat(ready.width()).isEqualTo(20);
            assertThat(ready.height()).isEqualTo(16);
            assertThat(ready.rgb()).hasSize(20 * 16 * 3);
        }
    }
}
