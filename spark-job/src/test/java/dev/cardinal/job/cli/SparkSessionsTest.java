package dev.cardinal.job.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SparkSessionsTest {
    private static final String ORDER = "spark.executorEnv.CUDA_DEVICE_ORDER";

    private static final String SERIALIZER = "spark.serializer";

    @AfterEach
    void clearProperties() {
        System.clearProperty(ORDER);
        System.clearProperty(SERIALIZER);
    }

    @Test
    void serializerIsJavasWhateverTheUserSets() {
        System.setProperty(SERIALIZER, "org.apache.spark.serializer.KryoSerializer");

        assertThat(SparkSessions.settings().get(SERIALIZER)).isEqualTo("org.apache.spark.serializer.JavaSerializer");
    }

    @Test
    void gpusAreNumberedByBusUnlessTheUserSetsAnOrder() {
        assertThat(SparkSessions.settings().get(ORDER)).isEqualTo("PCI_BUS_ID");

        System.setProperty(ORDER, "FASTEST_FIRST"); // where spark-submit puts its options
        assertThat(SparkSessions.settings().get(ORDER)).isEqualTo("FASTEST_FIRST");
    }
}
