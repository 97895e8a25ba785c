package dev.cardinal.job.cli;

import dev.cardinal.job.doctor.Check;
import dev.cardinal.job.doctor.Check.Name;
import dev.cardinal.job.doctor.Check.Result;
import dev.cardinal.job.doctor.Diagnosis;
import dev.cardinal.job.doctor.Estimate;
import dev.cardinal.job.doctor.ExecutorDiagnosis;
import dev.cardinal.job.doctor.InputSummary;
import dev.cardinal.job.doctor.Measurement;
import dev.cardinal.job.doctor.ModelSummary;
import dev.cardinal.job.label.Bottleneck;
import dev.cardinal.udf.Counter;
import dev.cardinal.udf.CounterSums;
import java.util.List;
import java.util.Map;

/** What a doctor might have found. */
final class Diagnoses {
    private Diagnoses() {}

    /** Two executors, a GPU that is not used, everything measured. */
    static Diagnosis measured() {
        Map<Counter, Long> counts = Map.of(
                Counter.IMAGES, 400L,
                Counter.BYTES, 40_000_000L,
                Counter.FETCH_NANOS, 8_000_000_000L,
                Counter.DECODE_NANOS, 4_000_000_000L,
                Counter.WAIT_NANOS, 1_000_000_000L,
                Counter.INFER_NANOS, 19_000_000_000L,
                Counter.WRITE_NANOS, 500_000_000L);
        Measurement measurement = new Measurement(
                400,
                2,
                2,
                Map.of("0", 19.5, "1", 20.5),
                20,
                32,
                0.96,
                CounterSums.of(counter -> counts.getOrDefault(counter, 0L)),
                20,
                0.1,
                1.25,
                Measurement.Written.OUTPUT);
        return new Diagnosis(
                "spark://master:7077",
                Map.of("cardinal", "0.1.0"),
                List.of(
                        new Check(Name.JAVA, Result.PASS, "Java 17.0.15 on the driver and 2 executors", null),
                        new Check(
                                Name.DEVICE,
                                Result.WARN,
                                "cpu in fp32 (Spark gives it GPU 0) on executor 0 (left); GPU 0, which Spark gives it, is not"
                                        + " used",
                                "build the job jar with the native library for GPUs (./mvnw -Pgpu package)"),
                        new Check(Name.OUTPUT, Result.SKIPPED, "name a directory: --output DIR", null)),
                List.of(executor("0", "left", 19.5), executor("1", "right", 20.5)),
                new ModelSummary("resnext50@0123456789ab", "0123456789ab".repeat(5) + "0123", "ResNeXt-50", 1000, 100),
                new InputSummary(
                        1000, 2000, 3, 4.5, Map.of("ok", 399L, "empty", 1L), List.of("file:/a: empty, no bytes")),
                measurement,
                new Bottleneck(Bottleneck.Stage.MODEL, 0.95, "the model took 95 % of the time"),
                new Estimate(1000, 2, 40, 2.5, 31, 0.017, null, List.of("every image takes as long")));
    }

    /** One check, which fails, and nothing else. */
    static Diagnosis failed() {
        return new Diagnosis(
                null,
                Map.of(),
                List.of(new Check(Name.SPARK, Result.FAIL, "Spark does not start", "start it")),
                List.of(),
                null,
                null,
                null,
                null,
                null);
    }

    private static ExecutorDiagnosis executor(String id, String host, double rate) {
        return new ExecutorDiagnosis(
                id,
                host,
                4,
                1,
                List.of(id),
                "17.0.15",
                "4.0.1",
                "0.1.0",
                "2.18.0",
                "Some CPU",
                "cpu",
                "fp32",
                "fp32",
                4_000_000_000L,
                16_000_000_000L,
                3_000_000_000L,
                "/cache",
                10_000_000_000L,
                2.5,
                21.0,
                rate);
    }
}
