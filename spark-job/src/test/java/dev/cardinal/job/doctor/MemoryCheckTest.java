package dev.cardinal.job.doctor;

import static dev.cardinal.job.doctor.Machines.FIRST;
import static dev.cardinal.job.doctor.Machines.GB;
import static dev.cardinal.job.doctor.Machines.SECOND;
import static dev.cardinal.job.doctor.Machines.both;
import static dev.cardinal.job.doctor.Machines.facts;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.job.doctor.Check.CheckResult;
import dev.cardinal.udf.model.ModelFacts;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Executors of four tasks, with a heap of 4 GB on a machine of 16. */
class MemoryCheckTest {
    @Test
    void onlyTheHeapIsReportedWithoutAModel() {
        Check check = MemoryCheck.of(conf("spark://m:7077"), both(facts()), Map.of());

        assertThat(check.result()).isEqualTo(CheckResult.PASS);
        assertThat(check.finding())
                .isEqualTo("heap 4.0 GB, machine memory 16 GB on 2 executors; use --model to include the model's native"
                        + " memory");
    }

    @Test
    void everyTaskNeedsTheMemoryOfABatch() {
        Check check = MemoryCheck.of(conf("spark://m:7077"), both(facts()), both(model(2 * GB, 3 * GB, GB / 2)));

        assertThat(check.result()).isEqualTo(CheckResult.PASS);
        assertThat(check.finding())
                .as("2.5 GB with one batch, 1 GB for each of three other batches")
                .isEqualTo("heap 4.0 GB, native memory about 5.5 GB, machine memory 16 GB on 2 executors");
    }

    @Test
    void machineWithTooLittleMemoryWarns() {
        Check check = MemoryCheck.of(conf("spark://m:7077"), both(facts()), both(model(2 * GB, 6 * GB, GB / 2)));

        assertThat(check.result()).isEqualTo(CheckResult.WARN);
        assertThat(check.finding()).contains("left has 16 GB, but Spark's processes there may need 22 GB");
        assertThat(check.advice()).contains("--batch-size");
    }

    @Test
    void executorsOfOneMachineShareItsMemory() {
        Executor sameHost = new Executor("1", "left", 4, 4, List.of());
        ModelFacts model = model(2 * GB, 3 * GB, GB / 2);

        Check check = MemoryCheck.of(
                conf("spark://m:7077"),
                Map.of(FIRST, facts(), sameHost, facts()),
                Map.of(FIRST, model, sameHost, model));

        assertThat(check.result()).isEqualTo(CheckResult.WARN);
        assertThat(check.finding()).contains("left has 16 GB, but Spark's processes there may need 19 GB");
    }

    @ParameterizedTest
    @CsvSource({"yarn", "k8s://https://cluster:6443"})
    void containerWithTooLittleNativeMemoryWarns(String master) {
        SparkConf conf = conf(master).set("spark.executor.memoryOverhead", "2g");

        Check check = MemoryCheck.of(conf, both(facts()), Map.of(SECOND, model(2 * GB, 3 * GB, GB / 2)));

        assertThat(check.result()).isEqualTo(CheckResult.WARN);
        assertThat(check.finding())
                .contains(
                        "executor 1 (right) needs 5.5 GB of native memory, but its container has 2.1 GB in addition to the"
                                + " heap");
        assertThat(check.advice()).isEqualTo("raise spark.executor.memoryOverhead");
    }

    @Test
    void overheadIsComputedAsSparkDoes() {
        assertThat(MemoryCheck.overheadBytes(conf("spark://m:7077"))).isEmpty();
        assertThat(MemoryCheck.overheadBytes(conf("yarn"))).isEqualTo(OptionalLong.of(384L << 20));
        assertThat(MemoryCheck.overheadBytes(conf("yarn").set("spark.executor.memory", "10g")))
                .isEqualTo(OptionalLong.of(1024L << 20));
        assertThat(MemoryCheck.overheadBytes(conf("yarn")
                        .set("spark.executor.memory", "10g")
                        .set("spark.executor.memoryOverheadFactor", "0.4")))
                .isEqualTo(OptionalLong.of(4096L << 20));
        assertThat(MemoryCheck.overheadBytes(conf("yarn").set("spark.executor.memoryOverhead", "1500")))
                .isEqualTo(OptionalLong.of(1500L << 20));
    }

    private static SparkConf conf(String master) {
        return new SparkConf(false).setMaster(master);
    }

    private static ModelFacts model(long loaded, long peak, long heap) {
        return new ModelFacts(1, 32, 1, new ModelFacts.Memory(loaded, peak, heap));
    }
}
