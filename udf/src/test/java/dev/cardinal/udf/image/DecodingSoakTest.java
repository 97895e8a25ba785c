package dev.cardinal.udf.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.udf.pipeline.SoakProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Checks that the memory of a process that prepares many images does not grow. The long soak is this test with
 * {@code -Dcardinal.soak.images=200000}; docs/benchmarks.md has its result.
 */
@EnabledOnOs(OS.LINUX)
class DecodingSoakTest {

    private static final int SOAK_IMAGES = Integer.getInteger("cardinal.soak.images", 5_000);
    private static final int DAMAGED_IMAGES = Integer.getInteger("cardinal.fuzz.images", 10_000);

    @Test
    void damagedFilesNeitherCrashNorHangNorLeak(@TempDir Path folder) throws Exception {
        Map<String, String> result = run(folder, "damaged", DAMAGED_IMAGES);

        assertThat(result).containsEntry("images", Integer.toString(DAMAGED_IMAGES));
        assertThat(Integer.parseInt(result.get("slowest_millis"))).isLessThan(2_000);
        assertThat(Double.parseDouble(result.get("growth_percent"))).isLessThan(5.0);
    }

    /**
     * Runs on request: {@code -Dcardinal.fuzz.corpus=100} damages every file of the corpus and of images/ 100 times.
     * The result of each is a row: the process ends with as many as it was given.
     */
    @Test
    @EnabledIfSystemProperty(named = "cardinal.fuzz.corpus", matches = "[0-9]+")
    void damagedCorpusNeitherCrashesNorHangsNorLeaks(@TempDir Path folder) throws Exception {
        int times = Integer.getInteger("cardinal.fuzz.corpus", 1);
        int images = times
                * (TestImages.names().size()
                        + CorpusTest.files(CorpusTest.CORPUS).size());

        Map<String, String> result = SoakProcess.run(
                folder,
                DecodingSoak.class,
                120 + images / 50,
                "corpus",
                Integer.toString(times),
                CorpusTest.CORPUS.toAbsolutePath().toString());

        assertThat(result).containsEntry("images", Integer.toString(images));
        assertThat(Integer.parseInt(result.get("slowest_millis"))).isLessThan(5_000);
        assertThat(Double.parseDouble(result.get("growth_percent"))).isLessThan(10.0);
    }

    @Test
    void wholeFilesDoNotLeak(@TempDir Path folder) throws Exception {
        Map<String, String> result = run(folder, "whole", SOAK_IMAGES);

        assertThat(result).containsEntry("statuses", String.format(Locale.ROOT, "{ok=%d}", SOAK_IMAGES));
        assertThat(Double.parseDouble(result.get("growth_percent"))).isLessThan(5.0);
    }

    private static Map<String, String> run(Path folder, String files, int images)
            throws IOException, InterruptedException {
        return SoakProcess.run(folder, DecodingSoak.class, 60 + images / 100, files, Integer.toString(images));
    }
}
