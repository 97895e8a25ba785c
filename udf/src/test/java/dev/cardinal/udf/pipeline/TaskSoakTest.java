package dev.cardinal.udf.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests that many Spark tasks leak no memory, threads or open files. The long soak is this test with
 * {@code -Dcardinal.soak.tasks=10000}; docs/benchmarks.md has its result.
 */
@EnabledOnOs(OS.LINUX)
class TaskSoakTest {
    private static final int TASKS = Integer.getInteger("cardinal.soak.tasks", 500);
    private static final int IMAGES_PER_TASK = 4;

    @TempDir
    private Path folder;

    @Test
    void tasksLeaveNothingBehind() throws Exception {
        Map<String, String> result =
                SoakProcess.run(folder, TaskSoak.class, 120 + TASKS / 5, folder.toString(), Integer.toString(TASKS));

        assertThat(result).containsEntry("ok_rows", Integer.toString(TASKS * IMAGES_PER_TASK));
        assertThat(result).containsEntry("model_loads", "1");
        assertThat(result).containsEntry("pools", "0");
        assertThat(Double.parseDouble(result.get("growth_percent"))).isLessThan(5.0);
        assertThat(result).containsEntry("task_threads", "0");
        assertThat(Integer.parseInt(result.get("more_threads")))
                .as("a few more, because the sizes of Spark's thread pools vary")
                .isLessThan(TASKS / 20);
        assertThat(Integer.parseInt(result.get("more_files"))).isLessThanOrEqualTo(4);
    }
}
