package dev.cardinal.job.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SparkTest {
    private static final String ORDER = "spark.executorEnv.CUDA_DEVICE_ORDER";

    @AfterEach
    void forget() {
        System.clearProperty(ORDER);
    }

    @Test
    void executorsNumberGpusAsTheBusDoesUnlessTheUserSaysOtherwise() {
        assertThat(Spark.settings().get(ORDER)).isEqualTo("PCI_BUS_ID");

        System.setProperty(ORDER, "FASTEST_FIRST"); // where spark-submit puts its options
        assertThat(Spark.settings().get(ORDER)).isEqualTo("FASTEST_FIRST");
    }
}
