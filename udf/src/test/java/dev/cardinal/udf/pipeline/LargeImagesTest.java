package dev.cardinal.udf.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests that an executor with limited memory labels images of 100 megapixels. {@code -Dcardinal.large.images} sets their number;
 * docs/benchmarks.md has the results.
 */
@EnabledOnOs(OS.LINUX)
class LargeImagesTest {
    private static final int IMAGES = Integer.getInteger("cardinal.large.images", 8);
    private static final int SECONDS_PER_IMAGE = 10;

    @TempDir
    private Path folder;

    /** The heap has 3 GiB; the decoded images of eight threads alone would take 4.8 GB. */
    @Test
    void eightCoresLabelImagesOf100MegapixelsInFourGigabytes() throws Exception {
        Map<String, String> result = run("3g", IMAGES);

        assertThat(result).containsEntry("statuses", String.format(Locale.ROOT, "{ok null=%d}", IMAGES));
        assertThat(Integer.parseInt(result.get("peak_mib"))).isLessThan(4096);
    }

    @Test
    void imageTooLargeForTheHeapHasARowWithTheReason() throws Exception {
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
