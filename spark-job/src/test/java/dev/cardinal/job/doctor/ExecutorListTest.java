package dev.cardinal.job.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.job.LocalSpark;
import java.time.Duration;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExecutorListTest {
    @Test
    void localRunHasOneThatIsTheDriver() throws InterruptedException {
        assertThat(new ExecutorList(LocalSpark.session().sparkContext()).await(Duration.ofSeconds(10)))
                .singleElement()
                .satisfies(executor -> {
                    assertThat(executor.isDriver()).isTrue();
                    assertThat(executor.slots()).isEqualTo(2);
                    assertThat(executor.gpus()).isEmpty();
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
    void tasksAtOnceAreWhatCoresAndGpusAllow(int cores, int gpus, int perTask, double gpuPerTask, int slots) {
        SparkConf settings = new SparkConf(false)
                .set("spark.task.cpus", Integer.toString(perTask))
                .set("spark.task.resource.gpu.amount", Double.toString(gpuPerTask));

        assertThat(ExecutorList.slots(settings, cores, gpus)).isEqualTo(slots);
    }

    @ParameterizedTest
    @CsvSource({"worker-1:41377, worker-1", "worker-1, worker-1", "[::1]:41377, [::1]", "[::1], [::1]"})
    void hostMayComeWithAPort(String told, String host) {
        assertThat(ExecutorList.host(told)).isEqualTo(host);
    }

    @Test
    void settingsMaySayHowManyToWaitFor() {
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
