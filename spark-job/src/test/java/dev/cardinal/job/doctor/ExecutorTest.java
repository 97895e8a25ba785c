package dev.cardinal.job.doctor;

import static dev.cardinal.job.doctor.Machines.DRIVER;
import static dev.cardinal.job.doctor.Machines.FIRST;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExecutorTest {
    @Test
    void executorsWithTheSameFindingAreJoined() {
        Map<Executor, String> findings = new LinkedHashMap<>();
        for (int id = 0; id < 6; id++) {
            findings.put(new Executor(Integer.toString(id), "h", 1, 1, List.of()), id == 0 ? "odd" : "even");
        }

        assertThat(Executor.join(findings))
                .isEqualTo("odd on executor 0 (h); even on executor 1 (h), executor 2 (h), executor 3 (h) and 2 more");
        assertThat(Executor.join(Map.of(FIRST, "odd"))).isEqualTo("odd on executor 0 (left)");
        assertThat(Executor.join(Map.of(DRIVER, "odd"))).isEqualTo("odd");
    }
}
