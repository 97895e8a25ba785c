package dev.cardinal.udf;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * An executor of bounded memory labels pictures of 100 megapixels. How many is {@code -Dcardinal.large.images};
 * src/test/benchmarks/README.md has the results.
 */
@EnabledOnOs(OS.LINUX)
class LargeImagesTest {
    private static final int IMAGES = Integer.getInteger("cardinal.large.images", 8);
    private static final int SECONDS_PER_IMAGE = 10;

    @TempDir
    private Path folder;

    /** A heap of 3 GiB and all that is outside of it; the decoded pictures of eight threads alone would be 4.8 GB. */
    @Test
    void executorOfFourGigabytesAndEightCoresLabelsPicturesOfAHundredMegapixels() throws Exception {
        Map<String, String> result = run("3g", IMAGES);

        assertThat(result).containsEntry("statuses", "{ok null=%d}".formatted(IMAGES));
        assertThat(Integer.parseInt(result.get("peak_mib"))).isLessThan(4096);
    }

    @Test
    void pictureThatIsTooLargeForTheHeapIsARowThatSaysSo() throws Exception {
        Map<String, String> result = run("280m", 2);

        assertThat(result.get("statuses"))
                .contains("too_large JPEG: 10000 x 10000 pixels do not fit into the executor's memory, a heap of ")
                .doesNotContain("ok");
    }

    private Map<String, String> run(String heap, int images) throws Exception {
        return SoakProcess.run(
                folder,
                List.of("-Xms" + heap, "-Xmx" + heap),
                LargeImages.class,
                60 + images * SECONDS_PER_IMAGE,
                folder.toString(),
                Integer.toString(images),
                "8");
    }
}
