package dev.cardinal.job.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.cardinal.job.doctor.Check;
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
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What {@code doctor --format json} prints: one document. Its names stay; others may come to it. */
final class DoctorJson {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build();

    private DoctorJson() {}

    @JsonInclude(JsonInclude.Include.ALWAYS)
    private record Document(
            String outcome,
            int exitCode,
            long passed,
            long warnings,
            long failed,
            long skipped,
            @Nullable String master,
            Map<String, String> versions,
            List<Looked> checks,
            List<ExecutorDiagnosis> executors,
            @Nullable ModelSummary model,
            @Nullable InputSummary input,
            @Nullable Measured measurement,
            @Nullable Slowest bottleneck,
            @Nullable Estimate estimate) {}

    private record Looked(
            String name,
            String result,
            String finding,
            @Nullable String advice) {}

    private record Slowest(String stage, double share, String advice) {}

    private record Measured(
            long images,
            int tasks,
            int executors,
            double imagesPerSecondPerExecutor,
            int batchSize,
            double batchFill,
            long bytes,
            Map<String, Double> stageSeconds,
            double closeSeconds,
            double commitSeconds,
            String written) {}

    static void print(Diagnosis diagnosis, PrintStream out) throws JsonProcessingException {
        out.println(MAPPER.writeValueAsString(document(diagnosis)));
    }

    private static Document document(Diagnosis diagnosis) {
        Bottleneck bottleneck = diagnosis.bottleneck();
        Measurement measurement = diagnosis.measurement();
        return new Document(
                diagnosis.hasFailed() ? "fail" : "pass",
                diagnosis.hasFailed() ? ExitCode.FAILED : ExitCode.DONE,
                diagnosis.count(Result.PASS),
                diagnosis.count(Result.WARN),
                diagnosis.count(Result.FAIL),
                diagnosis.count(Result.SKIPPED),
                diagnosis.master(),
                diagnosis.versions(),
                diagnosis.checks().stream().map(DoctorJson::looked).toList(),
                diagnosis.executors(),
                diagnosis.model(),
                diagnosis.input(),
                measurement == null ? null : measured(measurement),
                bottleneck == null
                        ? null
                        : new Slowest(id(bottleneck.stage()), bottleneck.share(), bottleneck.advice()),
                diagnosis.estimate());
    }

    private static Looked looked(Check check) {
        return new Looked(check.name().id(), check.result().id(), check.finding(), check.advice());
    }

    private static Measured measured(Measurement measurement) {
        return new Measured(
                measurement.images(),
                measurement.tasks(),
                measurement.executors(),
                measurement.imagesPerSecondOfExecutor(),
                measurement.batchSize(),
                measurement.batchFill(),
                measurement.sums().value(Counter.BYTES),
                stageSeconds(measurement.sums()),
                measurement.closeSeconds(),
                measurement.commitSeconds(),
                id(measurement.written()));
    }

    private static Map<String, Double> stageSeconds(CounterSums sums) {
        Map<String, Double> stages = new LinkedHashMap<>();
        stages.put("fetch", sums.seconds(Counter.FETCH_NANOS));
        stages.put("decode", sums.seconds(Counter.DECODE_NANOS));
        stages.put("wait", sums.seconds(Counter.WAIT_NANOS));
        stages.put("infer", sums.seconds(Counter.INFER_NANOS));
        stages.put("write", sums.seconds(Counter.WRITE_NANOS));
        return stages;
    }

    private static String id(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
