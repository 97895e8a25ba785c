package dev.cardinal.job.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.job.TestSpark;
import java.time.Duration;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExecutorListTest {
    @Test
    void localRunHasOneExecutorWhichIsTheDriver() throws InterruptedException {
        assertThat(ExecutorList.await(TestSpark.session().sparkContext(), Duration.ofSeconds(10)))
                .singleElement()
                .satisfies(executor -> {
                    assertThat(executor.isDriver()).isTrue();
                    assertThat(executor.slots()).isEqualTo(2);
                    assertThat(executor.gpuAddresses()).isEmpty();
                });
    }

    @ParameterizedTest
    @CsvSource({
        "4, 0, 1, 0, 4",
        "4, 0, 2, 0, 2",
        "4, 1, 1, 0.25, 4",
        "4, 1, 1, 0.5, 2",
        "4, 1, 1, 1, 1",
        "1, 0, 2, 0, 1"
    })
    void slotsAreLimitedByCoresAndGpus(int cores, int gpus, int perTask, double gpuPerTask, int slots) {
        SparkConf settings = new SparkConf(false)
                .set("spark.task.cpus", Integer.toString(perTask))
                .set("spark.task.resource.gpu.amount", Double.toString(gpuPerTask));

        assertThat(ExecutorList.slots(settings, cores, gpus)).isEqualTo(slots);
    }

    @ParameterizedTest
    @CsvSource({"worker-1:41377, worker-1", "worker-1, worker-1", "[::1]:41377, [::1]", "[::1], [::1]"})
    void portIsRemovedFromTheHost(String reported, String host) {
        assertThat(ExecutorList.host(reported)).isEqualTo(host);
    }

    @Test
    void numberOfExecutorsIsReadFromTheSettings() {
        assertThat(ExecutorList.expected(new SparkConf(false))).isEmpty();
        assertThat(ExecutorList.expected(new SparkConf(false).set("spark.executor.instances", "3")))
                .contains(3);
        assertThat(ExecutorList.expected(new SparkConf(false).setMaster("yarn")))
                .contains(2);
        assertThat(ExecutorList.expected(
                        new SparkConf(false).set("spark.cores.max", "5").set("spark.executor.cores", "2")))
                .contains(2);
        assertThat(ExecutorList.expected(new SparkConf(false)
                        .set("spark.executor.instances", "3")
                        .set("spark.dynamicAllocation.enabled", "true")))
                .isEmpty();
    }
}
