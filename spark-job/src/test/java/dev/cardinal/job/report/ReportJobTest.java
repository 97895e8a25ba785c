package dev.cardinal.job.report;

import static org.apache.spark.sql.functions.expr;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.cardinal.job.DemoBundle;
import dev.cardinal.job.NoiseImages;
import dev.cardinal.job.TestSpark;
import dev.cardinal.job.ToyTable;
import dev.cardinal.job.evaluate.EvaluateJob;
import dev.cardinal.job.evaluate.EvaluateRequest;
import dev.cardinal.job.label.LabelJob;
import dev.cardinal.job.label.LabelProgress;
import dev.cardinal.job.label.LabelRequest;
import dev.cardinal.job.label.PredictionTable;
import dev.cardinal.job.source.FieldNames;
import dev.cardinal.job.source.InputFormat;
import dev.cardinal.job.source.SourceSpec;
import dev.cardinal.job.source.TruthFrom;
import dev.cardinal.job.truth.TruthAs;
import dev.cardinal.udf.options.LabelOptions;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportJobTest {
    @TempDir
    private static Path shared;

    private static SampleOutputs outputs;

    @TempDir
    private Path directory;

    private final ReportJob job = new ReportJob(TestSpark.session());

    @BeforeAll
    static void makeOutputs() throws IOException {
        outputs = SampleOutputs.demo(shared);
    }

    @Test
    void labelPageSummarizesTheTable() throws IOException {
        Path table = outputs.label();

        String written = job.label(table.toString());

        assertThat(written).isEqualTo("file:" + table + "/_cardinal/report.html");
        String page = Files.readString(table.resolve("_cardinal/report.html"));
        assertThat(page)
                .contains("<h1>209 images labeled</h1>")
                .contains("<dt>Classified</dt><dd class=\"value\">98.1\u202f%</dd><dd>4 are not ok</dd>")
                .contains("unsupported image format: HEIC", "JPEG: corrupt data: &lt;i&gt;bad&lt;/i&gt;")
                .contains("&lt;b&gt;bold&lt;/b&gt;")
                .contains("top-k", "s3a://bucket/more/photos");
        assertThat(images(page)).as("images of the sample").isEqualTo(48);
        assertThat(files(table.resolve("_cardinal"))).containsExactly("report.html", "run.json");
    }

    @Test
    void tableWrittenByLabelGetsAPage() throws IOException {
        NoiseImages.write(directory.resolve("images"), 3);
        Files.createFile(directory.resolve("images/empty.png"));
        Path table = directory.resolve("predictions");
        new LabelJob(TestSpark.session(), Clock.systemUTC(), LabelProgress.NONE)
                .run(new LabelRequest(
                        DemoBundle.importTo(directory.resolve("model")),
                        null,
                        new SourceSpec(
                                List.of(directory + "/images"),
                                InputFormat.FILES,
                                null,
                                TruthFrom.PARENT_DIR,
                                FieldNames.usual()),
                        Optional.of(table.toString()),
                        Long.MAX_VALUE,
                        LabelOptions.defaults(),
                        LabelRequest.DEFAULT_IMAGES_PER_COMMIT,
                        1.0));

        job.label(table.toString());

        String page = Files.readString(table.resolve("_cardinal/report.html"));
        assertThat(page)
                .contains("<h1>4 images labeled</h1>", "By " + DemoBundle.ID + "@")
                .contains("<strong>Bottleneck:</strong>")
                .contains("<bdi>fetch</bdi>", "<bdi>infer</bdi>", "Batch fill", "<bdi>images-per-commit</bdi>")
                .contains("truth </span><bdi>images</bdi>")
                .contains("<bdi>an empty file</bdi>")
                .doesNotContain("did not end normally");
        assertThat(images(page)).isEqualTo(3);
    }

    /** Counted by hand: scores 0.05, 0.35 (lower bound of the eighth bin), 0.45, 0.5, 0.999, 1, one above 1, NaN and infinity. */
    @Test
    void histogramAndClassesAreCountedInSpark() throws IOException {
        Path table = directory.resolve("table");
        SampleOutputs.writeTable(
                table,
                List.of(
                        SampleOutputs.row("file:/a", 0, 0.05f),
                        SampleOutputs.row("file:/b", 1, 0.5f),
                        SampleOutputs.row("file:/c", 1, 0.999f),
                        SampleOutputs.row("file:/d", 1, 1f),
                        SampleOutputs.row("file:/e", 0, Float.NaN),
                        SampleOutputs.row("file:/f", 0, 0.35f),
                        SampleOutputs.row("file:/g", 0, 0.45f),
                        SampleOutputs.row("file:/h", 1, Math.nextUp(1f)),
                        SampleOutputs.row("file:/i", 1, Float.POSITIVE_INFINITY)));

        LabelSummary summary = summary(table);

        List<Long> expected = new ArrayList<>(Collections.nCopies(Histogram.BINS, 0L));
        expected.set(1, 1L);
        expected.set(7, 1L);
        expected.set(9, 1L);
        expected.set(10, 1L);
        expected.set(19, 3L);
        assertThat(summary.scores().counts()).isEqualTo(expected);
        assertThat(summary.classes())
                .extracting(LabelSummary.Predicted::index, LabelSummary.Predicted::images)
                .containsExactly(tuple(1, 5L), tuple(0, 4L));
        assertThat(summary.sample()).hasSize(9);
    }

    @Test
    void tableRewrittenWithWiderTypesHasTheSameSummary() throws IOException {
        Path table = directory.resolve("table");
        SampleOutputs.writeTable(
                table, List.of(SampleOutputs.row("file:/a", 0, 0.05f), SampleOutputs.row("file:/b", 1, 0.35f)));
        Path wide = directory.resolve("wide");
        TestSpark.session()
                .read()
                .parquet(table.toString())
                .withColumn(
                        "predictions",
                        expr("cast(predictions AS array<struct<class_index:bigint,label:string,score:double>>)"))
                .write()
                .parquet(wide.toString());

        assertThat(summary(wide)).isEqualTo(summary(table));
    }

    private static LabelSummary summary(Path table) throws IOException {
        return LabelSummary.of(
                PredictionTable.at(new org.apache.hadoop.fs.Path(table.toUri()), new Configuration())
                        .rows(TestSpark.session()),
                SampleOutputs.json("{}"));
    }

    @Test
    void selectionPageShowsTheHighestAndLowestImagesOfSomeClasses() throws IOException {
        outputs.label();
        Path output = outputs.select(10);

        String written = job.select(output.toString());

        assertThat(written).isEqualTo("file:" + output + "/report.html");
        String page = Files.readString(output.resolve("report.html"));
        assertThat(page)
                .contains("<h1>100 pseudo\u2011labels selected</h1>")
                .contains("Classes from the highest cut-off score to the lowest, at even steps.");
        assertThat(images(page)).as("six classes with five images of each end").isEqualTo(60);
        assertThat(page.split("<h4>Lowest</h4>", -1)).hasSize(7);
    }

    @Test
    void imagesOfASmallClassAreShownOnce() throws IOException {
        Path output = directory.resolve("selected");
        List<Row> selection = Stream.of(1, 2, 3, 4, 5, 6, 7)
                .map(rank -> RowFactory.create(0, "only", rank, 1f / rank, "file:/gone/" + rank + ".png", "00", 1))
                .toList();
        SampleOutputs.writeSelection(output, selection, List.of(RowFactory.create(0, "only", 7L, 7L, 1f / 7, 0L)));
        Files.writeString(output.resolve("run.json"), "{}");

        job.select(output.toString());

        String page = Files.readString(output.resolve("report.html"));
        List<String> names =
                Stream.of(1, 2, 3, 4, 5, 6, 7).map(rank -> ">" + rank + ".png<").toList();
        assertThat(page).containsSubsequence(names);
        names.forEach(name -> assertThat(page.split(name, -1)).hasSize(2));
        assertThat(page).contains("<span>no picture</span>gone");
    }

    @Test
    void emptySelectionHasAPage() throws IOException {
        Path output = directory.resolve("selected");
        SampleOutputs.writeSelection(output, List.of(), List.of(RowFactory.create(0, "only", 0L, 0L, null, 16_000L)));
        Files.writeString(output.resolve("run.json"), "{\"short_classes\": 1}");

        job.select(output.toString());

        assertThat(Files.readString(output.resolve("report.html")))
                .contains(
                        "Nothing was selected.",
                        "1 of 1 classes have fewer candidates than requested; 16,000 are missing in total.");
    }

    @Test
    void evaluationPageShowsErrors() throws IOException {
        Path output = outputs.evaluate();

        assertThat(job.evaluate(output.toString())).isEqualTo("file:" + output + "/report.html");

        String page = Files.readString(output.resolve("report.html"));
        assertThat(page).contains("Reliability", "Precision of the selection", "&lt;unicorn&gt;", "hat &amp; glove");
        assertThat(images(page)).isEqualTo(24);
    }

    /** The images are in a column that is not the default and that the record of the run names. */
    @Test
    void evaluationReadsImagesAsLabelDid() throws IOException {
        byte[] picture = Files.readAllBytes(NoiseImages.write(directory.resolve("picture.png")));
        Path source = directory.resolve("source.parquet");
        TestSpark.session()
                .createDataFrame(
                        List.of(RowFactory.create(new byte[] {1}, picture)),
                        new StructType().add("a", DataTypes.BinaryType).add("photo", DataTypes.BinaryType))
                .coalesce(1)
                .write()
                .parquet(source.toString());
        String shard = files(source).stream()
                .filter(name -> name.endsWith(".parquet") && !name.startsWith("."))
                .findFirst()
                .orElseThrow();
        String table = new ToyTable("toy@01", ToyTable.CLASSES, 5, ", \"image-field\": \"photo\"", 10, null)
                .write(
                        directory.resolve("predictions"),
                        List.of(ToyTable.Image.of("file:" + source.resolve(shard) + "!/row=0", "ant", 1)));
        String output = directory.resolve("evaluation").toString();
        new EvaluateJob(TestSpark.session()).run(new EvaluateRequest(List.of(table), TruthAs.AUTO, output));

        job.evaluate(output);

        assertThat(images(Files.readString(directory.resolve("evaluation/report.html"))))
                .isEqualTo(1);
    }

    @Test
    void comparisonPageShowsDisagreements() throws IOException {
        Path output = outputs.compare();

        assertThat(job.compare(output.toString())).isEqualTo("file:" + output + "/report.html");

        String page = Files.readString(output.resolve("report.html"));
        assertThat(page)
                .contains("<h1>3 teachers on 205 images</h1>")
                .contains("<strong>Recommendation:</strong> <bdi>resnext101_32x8d is the best")
                .contains("Accuracy and cost");
        assertThat(images(page)).isEqualTo(24);
    }

    @Test
    void existingPageIsReplaced() throws IOException {
        Path output = outputs.compare();
        Files.writeString(output.resolve("report.html"), "old");

        job.compare(output.toString());

        assertThat(Files.readString(output.resolve("report.html"))).startsWith("<!DOCTYPE html>");
        assertThat(files(output)).containsExactly("comparison.json", "report.html");
    }

    @Test
    void missingOutputIsAnError() {
        assertThatThrownBy(() -> job.evaluate(directory.resolve("nothing").toString()))
                .isInstanceOf(FileNotFoundException.class)
                .hasMessageContaining("metrics.json");
    }

    private static int images(String page) {
        return page.split("<img src=\"data:image/", -1).length - 1;
    }

    private static List<String> files(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
