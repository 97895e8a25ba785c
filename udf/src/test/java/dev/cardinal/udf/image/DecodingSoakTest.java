package dev.cardinal.udf.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.udf.SoakProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many images in a process of their own, whose memory must not grow. The long soak is this test with {@code -Dcardinal.soak.images=200000}; src/test/benchmarks/README.md has its result.
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

    @Test
    void wholeFilesDoNotLeak(@TempDir Path folder) throws Exception {
        Map<String, String> result = run(folder, "whole", SOAK_IMAGES);

        assertThat(result).containsEntry("statuses", "{ok=%d}".formatted(SOAK_IMAGES));
        assertThat(Double.parseDouble(result.get("growth_percent"))).isLessThan(5.0);
    }

    private static Map<String, String> run(Path folder, String files, int images)
            throws IOException, InterruptedException {
        return SoakProcess.run(folder, DecodingSoak.class, 60 + images / 100, files, Integer.toString(images));
    }
}
