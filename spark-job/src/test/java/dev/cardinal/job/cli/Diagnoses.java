package dev.cardinal.job.cli;

import dev.cardinal.job.doctor.Check;
import dev.cardinal.job.doctor.Check.CheckResult;
import dev.cardinal.job.doctor.Check.Name;
import dev.cardinal.job.doctor.Diagnosis;
import dev.cardinal.job.doctor.Diagnosis.Compute;
import dev.cardinal.job.doctor.Diagnosis.Estimate;
import dev.cardinal.job.doctor.Diagnosis.ExecutorResult;
import dev.cardinal.job.doctor.Diagnosis.InputSummary;
import dev.cardinal.job.doctor.Diagnosis.Measurement;
import dev.cardinal.job.doctor.Diagnosis.ModelSummary;
import dev.cardinal.job.doctor.Diagnosis.NativeCache;
import dev.cardinal.job.doctor.Diagnosis.ProcessMemory;
import dev.cardinal.job.doctor.Diagnosis.Software;
import dev.cardinal.job.doctor.Diagnosis.Speed;
import dev.cardinal.job.doctor.Diagnosis.StageSeconds;
import dev.cardinal.job.doctor.Diagnosis.Written;
import dev.cardinal.job.doctor.Executor;
import dev.cardinal.job.label.Bottleneck;
import java.util.List;
import java.util.Map;

/** Diagnoses for tests. */
final class Diagnoses {
    private Diagnoses() {}

    /** Two executors, a GPU that is not used, everything measured. */
    static Diagnosis measured() {
        return new Diagnosis(
                "spark://master:7077",
                Map.of("cardinal", "0.1.0"),
                List.of(
                        new Check(Name.JAVA, CheckResult.PASS, "Java 17.0.15 on the driver and 2 executors", null),
                        new Check(
                                Name.DEVICE,
                                CheckResult.WARN,
                                "cpu in fp32 (Spark assigns GPU 0) on executor 0 (left); GPU 0, which Spark assigns, is not"
                                        + " used",
                                "build the job jar with the native library for GPUs (./mvnw -Pgpu package)"),
                        new Check(Name.OUTPUT, CheckResult.SKIPPED, "needs a directory: --output DIR", null)),
                List.of(executor("0", "left", 19.5), executor("1", "right", 20.5)),
                new ModelSummary("resnext50@0123456789ab", "0123456789ab".repeat(5) + "0123", "ResNeXt-50", 1000, 100),
                new InputSummary(
                        1000, 2000, 3, 4.5, Map.of("ok", 399L, "empty", 1L), List.of("file:/a: empty, no bytes")),
                new Measurement(
                        400,
                        2,
                        2,
                        20,
                        32,
                        0.96,
                        40_000_000,
                        new StageSeconds(8, 4, 1, 19, 0.5),
                        0.1,
                        1.25,
                        Written.OUTPUT),
                new Bottleneck(Bottleneck.Stage.MODEL, 0.95, "the model took 95 % of the time"),
                new Estimate(1000, 2, 40, 2.5, 31, 0.017, null, List.of("every image takes as long")));
    }

    /** One check, which failed, and nothing else. */
    static Diagnosis failed() {
        return new Diagnosis(
                null,
                Map.of(),
                List.of(new Check(Name.SPARK, CheckResult.FAIL, "Spark does not start", "start it")),
                List.of(),
                null,
                null,
                null,
                null,
                null);
    }

    private static ExecutorResult executor(String id, String host, double rate) {
        return new ExecutorResult(
                new Executor(id, host, 4, 1, List.of(id)),
                new Software("17.0.15", "4.0.1", "0.1.0", "2.18.0"),
                new Compute("Some CPU", "cpu", "fp32", "fp32"),
                new ProcessMemory(4_000_000_000L, 16_000_000_000L, 3_000_000_000L),
                new NativeCache("/cache", 10_000_000_000L),
                new Speed(2.5, 21.0, rate));
    }
}
