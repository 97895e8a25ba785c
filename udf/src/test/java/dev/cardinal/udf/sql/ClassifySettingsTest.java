package dev.cardinal.udf.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.udf.image.ImageOptions.Truncated;
import dev.cardinal.udf.image.ImageOptions.Views;
import dev.cardinal.zoo.CardinalException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClassifySettingsTest {

    @Test
    void truncatedFilesAreRejectedUnlessTheSessionKeepsThem() {
        assertThat(truncated(Map.of("spark.cardinal.model", "m"))).isEqualTo(Truncated.REJECT);
        assertThat(truncated(Map.of("spark.cardinal.model", "m", "spark.cardinal.truncated", "KEEP")))
                .isEqualTo(Truncated.KEEP);
        assertThatThrownBy(() -> truncated(Map.of("spark.cardinal.model", "m", "spark.cardinal.truncated", "maybe")))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("spark.cardinal.truncated must be one of reject, keep, not 'maybe'");
    }

    @Test
    void viewsAreNamedAsInTheOptionOfLabel() {
        assertThat(views(Map.of("spark.cardinal.model", "m"))).isEqualTo(Views.ONE);
        assertThat(views(Map.of("spark.cardinal.model", "m", "spark.cardinal.views", "ten-crop")))
                .isEqualTo(Views.TEN_CROP);
        assertThatThrownBy(() -> views(Map.of("spark.cardinal.model", "m", "spark.cardinal.views", "ten_crop")))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining(
                        "spark.cardinal.views must be one of one, flip, five-crop, ten-crop, not 'ten_crop'");
    }

    @Test
    void draftIsTrueOrFalse() {
        assertThat(draft("true")).isTrue();
        assertThat(draft("FALSE")).isFalse();
        assertThatThrownBy(() -> draft("on"))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("spark.cardinal.draft must be true or false, not 'on'");
    }

    private static boolean draft(String value) {
        return ClassifySettings.of(Map.of("spark.cardinal.model", "m", "spark.cardinal.draft", value))
                .options()
                .image()
                .draft();
    }

    private static Views views(Map<String, String> configuration) {
        return ClassifySettings.of(configuration).options().image().views();
    }

    private static Truncated truncated(Map<String, String> configuration) {
        return ClassifySettings.of(configuration).options().image().truncated();
    }
}
