package dev.cardinal.job.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.udf.fs.StoreException;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

class FailuresTest {
    @Test
    void messageForTheUserIsFoundInTheCauses() {
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
