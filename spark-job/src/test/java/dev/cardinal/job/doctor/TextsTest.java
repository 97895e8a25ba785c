package dev.cardinal.job.doctor;

import static dev.cardinal.job.doctor.Machines.DRIVER;
import static dev.cardinal.job.doctor.Machines.FIRST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.job.doctor.ExecutorList.Executor;
import dev.cardinal.udf.store.StoreException;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextsTest {
    @ParameterizedTest
    @CsvSource({"0, 0 bytes", "999, 999 bytes", "683000000, 683 MB", "4300000000, 4.3 GB", "34800000000, 35 GB"})
    void bytesAreRounded(long bytes, String text) {
        assertThat(Texts.bytes(bytes)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"0.042, 42 ms", "3.14, 3.1 s", "72, 72 s", "725, 12 min", "12000, 3 h 20 min", "190800, 2 d 5 h"})
    void timesAreRounded(double seconds, String text) {
        assertThat(Texts.time(seconds)).isEqualTo(text);
    }

    @Test
    void executorsThatSayTheSameAreToldTogether() {
        Map<Executor, String> said = new LinkedHashMap<>();
        for (int id = 0; id < 6; id++) {
            said.put(new Executor(Integer.toString(id), "h", 1, 1, List.of()), id == 0 ? "odd" : "even");
        }

        assertThat(Texts.byExecutor(said))
                .isEqualTo("odd on executor 0 (h); even on executor 1 (h), executor 2 (h), executor 3 (h) and 2 more");
        assertThat(Texts.byExecutor(Map.of(FIRST, "odd"))).isEqualTo("odd on executor 0 (left)");
        assertThat(Texts.byExecutor(Map.of(DRIVER, "odd"))).isEqualTo("odd");
    }

    @Test
    void whatIsMeantForTheUserIsFoundAmongTheCauses() {
        assertThat(Failures.explain(new IllegalStateException("task failed", CardinalException.model("it is damaged"))))
                .isEqualTo("it is damaged");
        assertThat(Failures.explain(new RuntimeException(StoreException.explaining("read x", new IOException("503")))))
                .isEqualTo("cannot read x: 503");
        assertThat(Failures.explain(new IllegalStateException("task failed\nat length", new IOException("no space"))))
                .isEqualTo("task failed (java.io.IOException: no space)");
        assertThat(Failures.explain(new NoClassDefFoundError("x"))).isEqualTo("x");
        assertThat(Failures.explain(new NoSuchFileException("/none")))
                .isEqualTo("java.nio.file.NoSuchFileException: /none");
    }
}
