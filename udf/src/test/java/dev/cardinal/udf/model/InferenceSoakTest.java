package dev.cardinal.udf.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.udf.DemoModel;
import dev.cardinal.udf.pipeline.SoakProcess;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests that the memory of a process does not grow during many inferences and ten times as many decodes. The long soak
 * is this test with {@code -Dcardinal.soak.inferences=20000}; docs/benchmarks.md has its result.
 */
@EnabledOnOs(OS.LINUX)
class InferenceSoakTest {
    private static final int IMAGES = Integer.getInteger("cardinal.soak.inferences", 2_000);

    /** One batch of each size from 1 to 32. */
    private static final int WARM_UP_IMAGES = 32 * 33 / 2;

    @TempDir
    private Path folder;

    @Test
    void batchesOfDifferentSizesDoNotLeakMemory() throws Exception {
        Path model = folder.resolve("model");
        DemoModel.importTo(DemoModel.card(), model);

        Map<String, String> result = SoakProcess.run(
                folder, InferenceSoak.class, 120 + IMAGES / 20, model.toString(), Integer.toString(IMAGES));

        assertThat(result).containsEntry("images", Integer.toString(IMAGES));
        assertThat(result).containsEntry("decoded", Integer.toString(10 * (IMAGES - WARM_UP_IMAGES)));
        assertThat(Double.parseDouble(result.get("growth_percent"))).isLessThan(5.0);
    }
}
