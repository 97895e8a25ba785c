package dev.cardinal.job.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.job.ReferenceFigures;
import dev.cardinal.job.TestSpark;
import dev.cardinal.job.ToyTable;
import dev.cardinal.job.ToyTable.Image;
import dev.cardinal.job.evaluate.Metrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluateCommandTest {
    @TempDir
    private Path directory;

    @Test
    void everyMetricIsPrinted() throws IOException {
        Path select = directory.resolve("select");
        ReferenceFigures.csv("evaluate/selection.csv")
                .selectExpr("int(class_index)", "class_label", "int(rank)", "path")
                .write()
                .parquet(select.resolve("selection").toString());
        Files.writeString(select.resolve("run.json"), "{\"options\": {\"k\": 20}}");
        String table = ReferenceFigures.table(0, directory.resolve("table"), ReferenceFigures.images(0));
        TestSpark.session();
        Run run = Run.of(
                "evaluate",
                "--predictions",
                table,
                "--selection",
                select.toString(),
                "--at",
                "20,5",
                "--output",
                directory + "/evaluation");

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).isEqualTo("""
                        top-1  77.48 %  (95 % interval 72.05 to 82.12, 203 of 262 images)
                        top-5  99.24 %  (95 % interval 97.26 to 99.79, 260 of 262 images)
                        ECE    11.93 %  (maximum 93.33 %)
                        NLL   0.6368
                        temperature 0.7728: NLL 0.6135, ECE 6.36 %
                        most frequent confusions: ant classified as dog (5), bee classified as cat (4), bee classified as fox (4)
                        images without a truth: 13
                        images with a truth that were not classified: 10
                        images skipped because a score or logit is NaN or infinite: 7
                        images whose truth is not a class of the model: 9, dragon (5), centaur (4)
                        classes that are not the truth of any image: 1, gnu

                        selected  images  with truth  precision      low     high
                        K = 5         35          33    78.79 %  62.25 %  89.32 %
                        K = 20       140         136    83.09 %  75.90 %  88.46 %

                        class at K = 20  selected  with truth  right  precision
                        ant                    20          20     20   100.00 %
                        bee                    20          19     16    84.21 %
                        cat                    20          19     19   100.00 %
                        dog                    20          20     20   100.00 %
                        eel                    20          20     20   100.00 %
                        fox                    20          19     18    94.74 %
                        gnu                    20          19      0     0.00 %
                        metrics: %s/evaluation/metrics.json
                        report: %s/evaluation/report.html
                        """.replace("%s", directory.toString()));
    }

    @Test
    void metricsOfLogitsAreOmittedWithoutThemAndNotesArePrinted() {
        Metrics metrics = new Metrics(
                "toy",
                List.of(),
                3,
                new Metrics.AccuracyMetrics(1, 0.5, 1, null, null, null),
                new Metrics.CalibrationMetrics(0.125, 0.25, null, null, List.of(), List.of()),
                new Metrics.ExcludedCounts(0, 0, 0, 0, 0, List.of()),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                null,
                null,
                List.of("as it is"));

        assertThat(Run.print(out -> EvaluateReport.print(metrics, out))).isEqualTo("""
                        top-1 100.00 %  (95 % interval 50.00 to 100.00, 3 of 3 images)
                        ECE    12.50 %  (maximum 25.00 %)
                        note: as it is
                        """);
    }

    @Test
    void everyProblemIsReportedBeforeSparkStarts() throws IOException {
        String table = ToyTable.of("toy@0123456789ab")
                .write(directory.resolve("table"), List.of(Image.of("file:/1.jpg", "ant", 0)));
        Files.createDirectories(directory.resolve("taken/thesis"));
        TestSpark.stop();

        Run run = Run.of(
                "evaluate",
                "--predictions",
                table,
                "--truth",
                directory + "/none.csv",
                "--selection",
                directory + "/none",
                "--at",
                "0",
                "--output",
                directory + "/taken");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err().lines())
                .containsExactly(
                        "cardinal: truth " + directory + "/none.csv does not exist",
                        "cardinal: --at must be at least 1, not 0",
                        "cardinal: selection file:" + directory
                                + "/none is not a complete selection: it has no run.json, which 'select' writes last",
                        "cardinal: output " + directory
                                + "/taken already holds something else (thesis); name another --output",
                        "Try 'cardinal evaluate --help'.");
        assertThat(SparkSession.getDefaultSession().isEmpty()).isTrue();
    }

    @Test
    void rankThatIsNotANumberIsWrongUsage() {
        Run run = Run.of("evaluate", "--predictions", "p", "--output", "o", "--at", "10,many");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("--at").contains("many");
    }
}
