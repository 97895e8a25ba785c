package dev.cardinal.job.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.job.label.Bottleneck;
import dev.cardinal.job.label.LabelResult;
import dev.cardinal.job.label.RunStatistics;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LabelReportTest {
    private static final String COUNTS = """
            labeled 2,000 images in %s s, %s images/s, with card@0123456789ab
            status  images  for example
            ok       2,000
            """;

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);

    @Test
    void longRunPrintsTheTimeOfEachStage() {
        LabelReport.print(result(100), "/predictions", out);

        assertThat(printed.toString(StandardCharsets.UTF_8))
                .isEqualToNormalizingNewlines(COUNTS.formatted("100.0", "20") + """
                        stage   seconds  share
                        fetch   1,234.5         at the same time
                        decode     60.0         at the same time
                        wait        8.0    4 %
                        infer     192.0   96 %
                        write       4.0         at the same time
                        buy a GPU
                        predictions: /predictions
                        """);
    }

    @Test
    void shortRunDoesNotPrintStages() {
        LabelReport.print(result(9.9), "/predictions", out);

        assertThat(printed.toString(StandardCharsets.UTF_8))
                .isEqualToNormalizingNewlines(COUNTS.formatted("9.9", "202") + "predictions: /predictions\n");
    }

    @Test
    void shortReportDoesNotPrintStages() {
        LabelReport.printShort(result(100), "/predictions", out);

        assertThat(printed.toString(StandardCharsets.UTF_8))
                .isEqualToNormalizingNewlines(COUNTS.formatted("100.0", "20") + "predictions: /predictions\n");
    }

    private static LabelResult result(double seconds) {
        Map<String, Double> stages = new LinkedHashMap<>();
        stages.put("fetch", 1_234.5);
        stages.put("decode", 60.0);
        stages.put("wait", 8.0);
        stages.put("infer", 192.0);
        stages.put("write", 4.0);
        return new LabelResult(
                "card@0123456789ab",
                new LabelResult.InputCounts(2_000, 0, 0, 0),
                Map.of("ok", 2_000L),
                Map.of(),
                Map.of(),
                seconds,
                new RunStatistics(
                        stages, 12_345, 0.98, new Bottleneck(Bottleneck.Stage.MODEL, 0.96, "buy a GPU"), 1, List.of()),
                List.of(),
                List.of(),
                false);
    }
}
