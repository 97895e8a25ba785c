package dev.cardinal.udf.task;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExecutorCoresTest {
    private static final int PROCESSORS = 6;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "local                 |   | 1",
                "local[3]              |   | 3",
                "local[3, 2]           |   | 3",
                "local[*]              |   | 6",
                "local[*,4]            |   | 6",
                "local[3]              | 5 | 3",
                "spark://host:7077     | 5 | 5",
                "spark://host:7077     |   | 6",
                "yarn                  |   | 1",
                "yarn                  | 4 | 4",
                "k8s://https://host:443|   | 1",
            })
    void coresComeFromTheMasterOrTheExecutorSetting(String master, String executorCores, int expected) {
        SparkConf configuration = new SparkConf(false).set("spark.master", master);
        if (executorCores != null) {
            configuration.set("spark.executor.cores", executorCores);
        }

        assertThat(ExecutorCores.of(configuration, PROCESSORS)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "org.apache.spark.executor.CoarseGrainedExecutorBackend --driver-url u --executor-id 0 --cores 2 --app-id a, 2",
        "org.apache.spark.executor.YarnCoarseGrainedExecutorBackend --executor-id 1 --cores 16, 16",
        "org.apache.spark.scheduler.cluster.k8s.KubernetesExecutorBackend --cores 4 --app-id a, 4"
    })
    void executorReadsItsCoresFromItsCommandLine(String command, int cores) {
        assertThat(ExecutorCores.ofExecutor(command)).hasValue(cores);
    }

    @Test
    void commandLinesOfOtherProcessesAreIgnored() {
        assertThat(ExecutorCores.ofExecutor("org.apache.spark.deploy.worker.Worker --cores 2"))
                .isEmpty();
    }

    @Test
    void coresWithoutAMasterAreAllProcessors() {
        assertThat(ExecutorCores.of(new SparkConf(false), PROCESSORS)).isEqualTo(PROCESSORS);
    }
}
